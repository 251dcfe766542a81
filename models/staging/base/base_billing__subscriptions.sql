with

raw_rows as not materialized (

    {{ raw_table('subscriptions') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'subscriptions') }}

),

judged as (

    select
        folded.*,
        case
            when lower(status) in ('incomplete', 'future') then 'never_started'
            when ended_at < started_at or trial_end_at < trial_start_at then 'end_before_start'
            when trial_start_at is not null and trial_end_at is null and coalesce(lower(status), '') <> 'trialing' then 'trial_without_end'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'subscriptions') }}
