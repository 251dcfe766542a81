with

customers as (

    select * from {{ ref('stg_billing__customers') }}

),

-- whoever is named by a row of any table, listed or not
named as (

    select customer_id, min(created_date) as first_seen_date from customers group by customer_id
    union all
    select customer_id, min(started_date) from {{ ref('stg_billing__subscriptions') }} group by customer_id
    union all
    select customer_id, min(term_start_date) from {{ ref('stg_billing__contract_terms') }} group by customer_id
    union all
    select customer_id, min(issued_date) from {{ ref('stg_billing__invoices') }} group by customer_id
    union all
    select customer_id, min(ordered_date) from {{ ref('stg_billing__orders') }} group by customer_id
    union all
    select customer_id, min(created_date) from {{ ref('stg_product__users') }} group by customer_id

),

known as (

    select
        customer_id,
        min(first_seen_date) as first_seen_date

    from named
    where customer_id is not null
    group by customer_id

)

select
    known.customer_id,
    customers.customer_name,
    customers.email,
    customers.parent_customer_id,
    customers.created_date,
    known.first_seen_date,
    coalesce(customers.country, '(unknown)') as country,
    coalesce(customers.industry, '(unknown)') as industry,
    coalesce(customers.company_size, '(unknown)') as company_size,
    coalesce(customers.acquisition_channel, '(unknown)') as acquisition_channel,
    customers.customer_id is null as is_orphan

from known
left join customers on known.customer_id = customers.customer_id
where not coalesce(customers.is_test, false)
