with

subscription_items as (

    select * from {{ ref('base_billing__subscription_items') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    subscription_items.item_version_id,
    subscription_items.item_id,
    subscription_items.created_at,
    subscription_items.created_date,
    subscription_items.subscription_id,
    coalesce(merges.into_customer_id, subscription_items.customer_id) as customer_id,
    subscription_items.subscription_started_date,
    subscription_items.subscription_canceled_date,
    subscription_items.service_end_date,
    subscription_items.plan_id,
    subscription_items.quantity,
    subscription_items.unit_amount,
    subscription_items.discount_percent,
    subscription_items.discount_amount,
    upper(subscription_items.currency) as currency,
    subscription_items.effective_from,
    subscription_items.effective_from_date,
    subscription_items.effective_to,
    subscription_items.effective_to_date,
    subscription_items.discount_ends_at,
    subscription_items.discount_ends_date,
    coalesce(subscription_items.is_reconstructed, false) as is_reconstructed

from subscription_items
left join merges on subscription_items.customer_id = merges.from_customer_id
