with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

involuntary_churn_rate as (

    select
        'involuntary_churn_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(involuntary_churned_customers as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from involuntary_churn_rate
