with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

customer_lifespan_months as (

    select
        'customer_lifespan_months' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        1 / {{ monthly_churn_rate('churned_customers', 'opening_customers', 'months_in_period') }} as value

    from segment_periods

)

select * from customer_lifespan_months
