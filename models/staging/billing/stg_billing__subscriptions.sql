with

subscriptions as (

    select * from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    subscriptions.subscription_id,
    coalesce(merges.into_customer_id, subscriptions.customer_id) as customer_id,
    lower(subscriptions.status) as status,
    subscriptions.started_at,
    subscriptions.started_date,
    subscriptions.trial_start_at,
    subscriptions.trial_start_date,
    subscriptions.trial_end_at,
    subscriptions.trial_end_date,
    subscriptions.canceled_at,
    subscriptions.canceled_date,
    subscriptions.ended_at,
    subscriptions.ended_date,
    subscriptions.cancel_reason,
    subscriptions.cancel_comment,
    subscriptions.is_involuntary

from subscriptions
left join merges on subscriptions.customer_id = merges.from_customer_id
