with

as_of as (

    select * from {{ ref('int_as_of') }}

),

subscriptions as (

    select * from {{ ref('stg_billing__subscriptions') }}

),

pauses as (

    select * from {{ ref('stg_billing__subscription_pauses') }}
    where paused_date <= (select as_of_day from as_of)

),

status_spans as (

    select
        subscription_id,
        status,
        changed_date,
        lead(changed_date) over (partition by subscription_id order by changed_at, status) as next_changed_date

    from {{ ref('stg_billing__subscription_status_changes') }}
    where changed_date <= (select as_of_day from as_of)

),

interruptions as (

    -- a trial whose subscription still says `trialing` has not converted, whatever its planned end
    select
        subscription_id,
        'trial' as kind,
        coalesce(trial_start_date, started_date) as from_date,
        case when status = 'trialing' then {{ forever() }} else trial_end_date end as to_date

    from subscriptions
    where (trial_end_date is not null or status = 'trialing') and not {{ var('trial_counts_as_mrr') }}

    union all

    select
        subscription_id,
        'past_due',
        changed_date,
        coalesce(next_changed_date, {{ forever() }})

    from status_spans
    where status in ('past_due', 'unpaid') and not {{ var('past_due_counts') }}

    union all

    select
        subscription_id,
        'pause',
        paused_date,
        least(coalesce(resumed_date, {{ forever() }}), {{ add_days('paused_date', var('max_pause_days')) }})

    from pauses

    union all

    -- a pause that lasts max_pause_days or longer: from that day on the customer is gone
    select
        subscription_id,
        'lapse',
        {{ add_days('paused_date', var('max_pause_days')) }},
        coalesce(resumed_date, {{ forever() }})

    from pauses

)

select * from interruptions
where from_date < to_date
