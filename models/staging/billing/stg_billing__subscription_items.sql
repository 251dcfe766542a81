with

subscription_items as (

    select * from {{ ref('base_billing__subscription_items') }}
    where fate = 'staged'

)

select
    subscription_items.item_version_id,
    subscription_items.item_id,
    subscription_items.created_at,
    subscription_items.created_date,
    subscription_items.subscription_id,
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
