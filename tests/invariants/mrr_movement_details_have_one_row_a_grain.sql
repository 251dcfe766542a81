-- Netted components name no plan: an empty one is a value like any other here.
select
    period_type,
    period_start,
    customer_id,
    product_family,
    plan_id,
    component,
    count(*) as rows_of_grain

from {{ ref('mrr_movement_details') }}
group by period_type, period_start, customer_id, product_family, plan_id, component
having count(*) > 1
