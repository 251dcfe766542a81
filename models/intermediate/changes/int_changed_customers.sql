with

fingerprints as (

    select * from {{ ref('int_customer_fingerprints') }}

),

fingerprints_before as (

    select * from {{ of_last_build('int_customer_fingerprints', 'cast(null as varchar) as customer_id, cast(null as decimal(38, 0)) as fingerprint') }}

),

last_build as (

    select * from {{ of_last_build('int_as_of', 'cast(null as date) as as_of_day') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

versions as (

    select
        customer_id,
        currency,
        valid_from,
        valid_to,
        discount_ends_date

    from {{ ref('int_item_versions') }}

),

-- new, gone, or with other rows than at the last build
differing as (

    select coalesce(fingerprints.customer_id, fingerprints_before.customer_id) as customer_id
    from fingerprints
    full outer join fingerprints_before on fingerprints.customer_id = fingerprints_before.customer_id
    where
        fingerprints.customer_id is null
        or fingerprints_before.customer_id is null
        or fingerprints.fingerprint <> fingerprints_before.fingerprint

),

-- what was to come at the last build, and has
days as (

    select
        customer_id,
        valid_from as day
    from versions
    union all
    select
        customer_id,
        valid_to
    from versions
    union all
    select
        customer_id,
        discount_ends_date
    from versions
    union all
    select
        customer_id,
        valid_from
    from {{ ref('int_usage_pieces') }}
    union all
    select
        customer_id,
        valid_to
    from {{ ref('int_usage_pieces') }}
    union all
    select
        customer_id,
        valid_to
    from {{ ref('int_customer_attribute_spans') }}
    union all
    select
        subscriptions.customer_id,
        interruptions.from_date
    from {{ ref('int_subscription_interruptions') }} as interruptions
    inner join {{ ref('stg_billing__subscriptions') }} as subscriptions on interruptions.subscription_id = subscriptions.subscription_id
    union all
    select
        subscriptions.customer_id,
        interruptions.to_date
    from {{ ref('int_subscription_interruptions') }} as interruptions
    inner join {{ ref('stg_billing__subscriptions') }} as subscriptions on interruptions.subscription_id = subscriptions.subscription_id

),

due as (

    select distinct customer_id from days
    where day >= (select as_of_day from last_build) and day <= (select as_of_day from as_of)

),

-- what is billed in another currency is worth something else every day
revalued as (

    select distinct customer_id from versions
    where currency not in (select reporting_currency from {{ ref('int_reporting_currency') }})
    union
    select distinct customer_id from {{ ref('int_usage_pieces') }}
    where currency not in (select reporting_currency from {{ ref('int_reporting_currency') }})

),

-- another first month, another reporting currency, an as-of day that went back: everything is counted anew
calendar as (

    select
        periods.period_type,
        periods.period_start,
        periods.opening_day,
        periods.closing_day

    from {{ ref('int_periods') }} as periods
    where closing_day < (select as_of_day from last_build)

),

calendar_before as (

    select
        periods.period_type,
        periods.period_start,
        periods.opening_day,
        periods.closing_day

    from {{ of_last_build('int_periods', "cast(null as varchar) as period_type, cast(null as date) as period_start, cast(null as date) as opening_day, cast(null as date) as closing_day") }} as periods
    where closing_day < (select as_of_day from last_build)

),

other_calendar as (

    select coalesce(calendar.period_start, calendar_before.period_start) as period_start
    from calendar
    full outer join calendar_before
        on
            calendar.period_type = calendar_before.period_type
            and calendar.period_start = calendar_before.period_start
            and calendar.opening_day = calendar_before.opening_day
            and calendar.closing_day = calendar_before.closing_day
    where calendar.period_type is null or calendar_before.period_type is null

),

everybody as (

    select customer_id from fingerprints
    where
        exists (select 1 from other_calendar)
        or exists (
            select reporting_currency from {{ ref('int_reporting_currency') }}
            except
            select reporting_currency from {{ of_last_build('int_reporting_currency', 'cast(null as varchar) as reporting_currency') }}
        )
        or coalesce((select as_of_day from as_of) < (select as_of_day from last_build), true)

)

select customer_id from differing
union
select customer_id from due
union
select customer_id from revalued
union
select customer_id from everybody
