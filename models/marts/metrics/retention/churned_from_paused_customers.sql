with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

churned_from_paused_customers as (

    select
        'churned_from_paused_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churned_from_paused_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from churned_from_paused_customers
