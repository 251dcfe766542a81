with

-- with history cut, customers of earlier cohorts are in none
earlier as (

    select
        customer_periods.period_start,
        {{ count_where('customer_periods.is_paying_at_closing') }} as customers

    from {{ ref('customer_periods') }} as customer_periods
    inner join {{ ref('customers') }} as customers on customer_periods.customer_id = customers.customer_id
    where
        customer_periods.period_type = 'month'
        and customers.first_paid_day < (select min(first_day) from {{ ref('int_months') }})
    group by customer_periods.period_start

),

cohorts as (

    select
        month_start,
        sum(retained_customers) as customers

    from {{ ref('cohort_retention') }}
    where retained_customers is not null
    group by month_start

)

select
    metrics.period_start,
    metrics.numerator as paying_customers,
    cohorts.customers as customers_of_cohorts

from {{ ref('metrics') }} as metrics
left join cohorts on metrics.period_start = cohorts.month_start
left join earlier on metrics.period_start = earlier.period_start
where
    metrics.metric_name = 'paying_customers'
    and metrics.segment_name = 'all'
    and metrics.period_type = 'month'
    and metrics.is_complete
    and metrics.numerator <> coalesce(cohorts.customers, 0) + coalesce(earlier.customers, 0)
