with

subscriptions as (

    select subscription_id from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged'

),

raw_rows as (

    {{ raw_table('subscription_pauses', key=['subscription_id', 'paused_at']) }}

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
                    when resumed_at < paused_at then 'end_before_start'
                    when subscription_id not in (select subscription_id from subscriptions) then 'unknown_subscription'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
