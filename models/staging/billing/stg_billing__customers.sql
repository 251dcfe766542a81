with

customers as (

    select * from {{ ref('base_billing__customers') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    customers.customer_id,
    customers.name as customer_name,
    customers.created_at,
    customers.created_date,
    customers.country,
    customers.industry,
    customers.company_size,
    customers.acquisition_channel,
    customers.parent_customer_id,
    customers.email,
    coalesce(customers.is_test, false) as is_test

from customers
where customers.customer_id not in (select from_customer_id from merges)
