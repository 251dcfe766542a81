with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

customer_churn_rate_annualised as (

    select
        'customer_churn_rate_annualised' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        1 - power(
            1 - cast(churned_customers as double precision) / nullif(opening_customers, 0),
            cast(12 as double precision) / months_in_period
        ) as value

    from segment_periods

)

select * from customer_churn_rate_annualised
