with

raw_rows as (

    {{ raw_table('subscriptions', key=['subscription_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(
                missing_key_rule,
                duplicate_fate,
                unparseable_rule,
                missing_rule,
                case
                    when lower(status) in ('incomplete', 'future') then 'never_started'
                    when ended_at < started_at or trial_end_at < trial_start_at then 'end_before_start'
                    when trial_start_at is not null and trial_end_at is null and coalesce(lower(status), '') <> 'trialing' then 'trial_without_end'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
