with

plans as (

    select * from {{ ref('base_billing__plans') }}
    where fate = 'staged'

)

select
    plans.plan_id,
    plans.plan_name,
    plans.product_family,
    plans.tier_rank,
    lower(plans.billing_interval) as billing_interval,
    plans.interval_count,
    plans.unit_amount,
    upper(plans.currency) as currency,
    coalesce(plans.is_free, false) as is_free

from plans
