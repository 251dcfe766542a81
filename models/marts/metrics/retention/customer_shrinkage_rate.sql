with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

customer_shrinkage_rate as (

    select
        'customer_shrinkage_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(opening_customers - closing_customers as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from customer_shrinkage_rate
