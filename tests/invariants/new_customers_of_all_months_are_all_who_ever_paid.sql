with

months as (

    select coalesce(sum(numerator), 0) as customers from {{ ref('metrics') }}
    where metric_name = 'new_customers' and period_type = 'month' and segment_name = 'all'

),

customers as (

    select count(*) as customers from {{ ref('customers') }}
    where first_paid_day >= (select min(month_start) from {{ ref('int_months') }})

)

select
    months.customers as new_customers,
    customers.customers as ever_paying

from months
cross join customers
where months.customers <> customers.customers
