with

orders as (

    select * from {{ ref('base_billing__orders') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    orders.order_id,
    coalesce(merges.into_customer_id, orders.customer_id) as customer_id,
    orders.ordered_at,
    orders.ordered_date,
    orders.amount,
    upper(orders.currency) as currency,
    coalesce(orders.is_refunded, false) as is_refunded

from orders
left join merges on orders.customer_id = merges.from_customer_id
