with

test_customers as (

    select customer_id from {{ ref('base_billing__customers') }}
    where fate = 'staged' and is_test

),

items as (

    select upper(currency) as currency from {{ ref('base_billing__subscription_items') }}
    where is_billed

),

anything_billed as (

    select upper(currency) as currency from {{ ref('base_billing__plans') }}
    where fate = 'staged' and {{ is_currency_code('currency') }}
    union all
    select upper(currency) from {{ ref('base_billing__contract_terms') }}
    where fate = 'staged' and customer_id not in (select customer_id from test_customers)
    union all
    select upper(currency) from {{ ref('base_billing__invoices') }}
    where fate = 'staged' and customer_id not in (select customer_id from test_customers)
    union all
    select upper(currency) from {{ ref('base_billing__orders') }}
    where fate = 'staged' and customer_id not in (select customer_id from test_customers)

)

select currency from items
union
select currency from anything_billed
where not exists (select 1 from items)
