{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

months as (

    select * from {{ ref('int_months') }}

),

customer_days as (

    select * from {{ ref('int_customer_days') }}
    where is_paying

),

customer_months as (

    select
        period_start,
        customer_id,
        closing_mrr

    from {{ ref('int_customer_period_ends') }}
    where period_type = 'month'

)

select
    customer_days.customer_id,
    months.closing_day as score_day,
    months.month_start,
    customer_months.closing_mrr as mrr,
    first_payments.first_paid_day,
    customer_days.plan,
    customer_days.product_family,
    customer_days.country,
    customer_days.industry,
    customer_days.company_size,
    customer_days.acquisition_channel,
    customer_days.csm

from customer_days
inner join months on customer_days.state_day = months.closing_day
inner join customer_months
    on customer_days.customer_id = customer_months.customer_id and months.month_start = customer_months.period_start
inner join {{ ref('int_first_payments') }} as first_payments on customer_days.customer_id = first_payments.customer_id
