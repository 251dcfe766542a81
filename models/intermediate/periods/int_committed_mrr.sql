with

as_of as (

    select * from {{ ref('int_as_of') }}

),

closes as (

    select distinct
        closing_day,
        {{ add_days('closing_day', var('committed_horizon_days')) }} as target_day,
        closing_day = (select as_of_day from as_of) as is_last
    from {{ ref('int_periods') }}

),

versions as (

    select * from {{ ref('int_item_versions') }}

),

interruptions as (

    select * from {{ ref('int_subscription_interruptions') }}

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

),

-- what was known at the close: every version entered by then (undated ones: begun by then); at the as-of day, all that the data hold
known_versions as (

    select
        closes.closing_day,
        closes.target_day,
        closes.is_last,
        versions.*

    from closes
    inner join versions
        on
            versions.valid_from <= closes.target_day
            and (
                versions.version_created_date <= closes.closing_day
                or (versions.version_created_date is null and (closes.is_last or versions.valid_from <= closes.closing_day))
            )
            -- it ended by the close: nothing to know
            and versions.valid_to > closes.closing_day

),

-- known versions by the day on which they start: a version that ends where one of these starts is replaced
known_starts as (

    select distinct
        closing_day,
        subscription_id,
        valid_from
    from known_versions

),

ends as (

    select
        known_versions.*,
        known_versions.valid_to <= known_versions.target_day
        and (
            known_versions.is_last
            or (known_versions.canceled_date <= known_versions.closing_day and known_versions.service_end_date <= known_versions.valid_to)
            or known_starts.subscription_id is not null
        ) as is_over_by_target

    from known_versions
    left join known_starts
        on
            known_versions.closing_day = known_starts.closing_day
            and known_versions.subscription_id = known_starts.subscription_id
            and known_versions.valid_to = known_starts.valid_from

),

interrupted as (

    select distinct
        ends.closing_day,
        ends.item_version_id

    from ends
    inner join interruptions on ends.subscription_id = interruptions.subscription_id
    where
        -- a trial that runs at the close, or begins later, has not converted
        (interruptions.kind = 'trial' and interruptions.to_date > ends.closing_day and interruptions.from_date <= ends.target_day)
        -- other interruptions: known at the close, still there on the day
        or (
            interruptions.kind in ('pause', 'lapse')
            and interruptions.from_date <= ends.target_day
            and interruptions.to_date > ends.target_day
            and case
                when interruptions.kind = 'lapse' then {{ add_days('interruptions.from_date', -var('max_pause_days')) }}
                else interruptions.from_date
            end <= ends.closing_day
        )
        or (
            interruptions.kind = 'past_due'
            and interruptions.from_date <= ends.closing_day
            and interruptions.to_date > ends.closing_day
        )

)

select
    ends.closing_day,
    ends.customer_id,
    sum(
        {{ converted(
            "case when ends.discount_ends_date is null then ends.discounted_mrr"
            ~ " when '" ~ var('discount_policy') ~ "' = 'permanent' or ends.target_day >= ends.discount_ends_date then ends.list_mrr"
            ~ " else ends.discounted_mrr end",
            'rates.rate'
        ) }}
    ) as committed_mrr

from ends
inner join rates
    on ends.closing_day = rates.state_day and ends.currency = rates.currency
left join interrupted
    on ends.closing_day = interrupted.closing_day and ends.item_version_id = interrupted.item_version_id
where not ends.is_over_by_target and interrupted.item_version_id is null
group by ends.closing_day, ends.customer_id
