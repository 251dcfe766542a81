with

as_of as (

    select * from {{ ref('int_as_of') }}

),

orders as (

    select
        orders.customer_id,
        orders.ordered_date as purchase_day,
        {{ converted('orders.amount', 'rates.rate') }} as amount

    from {{ ref('stg_billing__orders') }} as orders
    inner join {{ ref('int_customers') }} as customers on orders.customer_id = customers.customer_id
    inner join {{ ref('int_exchange_rate_spans') }} as rates
        on orders.currency = rates.currency and orders.ordered_date >= rates.valid_from and orders.ordered_date < rates.valid_to
    where not orders.is_refunded and orders.ordered_date <= (select as_of_day from as_of)

),

-- several orders of one day are one purchase
purchases as (

    select
        customer_id,
        purchase_day,
        sum(amount) as amount

    from orders
    group by customer_id, purchase_day

),

ordered as (

    select
        purchases.*,
        row_number() over (partition by customer_id order by purchase_day) as purchase_number,
        lead(purchase_day) over (partition by customer_id order by purchase_day) as next_purchase_day

    from purchases

)

select
    ordered.customer_id,
    ordered.purchase_day,
    cast(ordered.amount as decimal(38, 10)) as amount,
    ordered.purchase_number,
    ordered.next_purchase_day,
    spans.plan,
    spans.product_family,
    spans.country,
    spans.industry,
    spans.company_size,
    spans.acquisition_channel,
    spans.csm

from ordered
inner join {{ ref('int_customer_spans') }} as spans
    on ordered.customer_id = spans.customer_id and ordered.purchase_day >= spans.valid_from and ordered.purchase_day < spans.valid_to
