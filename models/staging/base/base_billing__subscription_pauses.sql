with

subscriptions as (

    select subscription_id from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged'

),

raw_rows as not materialized (

    {{ raw_table('subscription_pauses') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'subscription_pauses') }}

),

judged as (

    select
        folded.*,
        case
            when resumed_at < paused_at then 'end_before_start'
            when subscription_id not in (select subscription_id from subscriptions) then 'unknown_subscription'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'subscription_pauses') }}
