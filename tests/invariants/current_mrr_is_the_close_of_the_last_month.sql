with

last_month as (

    select * from {{ ref('customer_periods') }}
    where period_type = 'month' and period_start = (select max(month_start) from {{ ref('int_months') }})

)

select
    customers.customer_id,
    customers.mrr,
    last_month.closing_mrr

from {{ ref('customers') }} as customers
left join last_month on customers.customer_id = last_month.customer_id
where
    customers.mrr <> coalesce(last_month.closing_mrr, 0)
    or customers.is_paying <> (customers.mrr > 0)
    or (customers.is_paying and customers.is_paused)
