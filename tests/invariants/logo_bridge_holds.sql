with

metrics as (

    select * from {{ ref('metrics') }}

),

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        coalesce(max(case when metric_name = 'paying_customers' then numerator end), 0) as paying_customers,
        coalesce(max(case when metric_name = 'opening_customers' then numerator end), 0) as opening_customers,
        coalesce(max(case when metric_name = 'new_customers' then numerator end), 0) as new_customers,
        coalesce(max(case when metric_name = 'reactivated_customers' then numerator end), 0) as reactivated_customers,
        coalesce(max(case when metric_name = 'resumed_customers' then numerator end), 0) as resumed_customers,
        coalesce(max(case when metric_name = 'churned_customers' then numerator end), 0) as churned_customers,
        coalesce(max(case when metric_name = 'paused_customers' then numerator end), 0) as paused_customers

    from metrics
    where metric_name in (
        'paying_customers',
        'opening_customers',
        'new_customers',
        'reactivated_customers',
        'resumed_customers',
        'churned_customers',
        'paused_customers'
    )
    group by period_type, period_start, segment_name, segment_value

),

-- first paid in the period, but not there at its end, or there as a resumed customer
new_not_of_class_new as (

    select
        period_type,
        period_start,
        {{ count_where("is_first_paid_in_period and movement <> 'new'") }} as customers

    from {{ ref('customer_periods') }}
    group by period_type, period_start

)

select cells.*
from cells
left join new_not_of_class_new as others on cells.period_type = others.period_type and cells.period_start = others.period_start
where
    cells.segment_name = 'all'
    and cells.paying_customers
    <> cells.opening_customers + cells.new_customers - coalesce(others.customers, 0) + cells.reactivated_customers + cells.resumed_customers
    - cells.churned_customers - cells.paused_customers
