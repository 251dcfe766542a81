with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

customer_retention_rate as (

    select
        'customer_retention_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retained_customers as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

),

customer_retention_rate_from_counts as (

    select
        'customer_retention_rate_from_counts' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_customers - new_customers as decimal(38, 10)) as numerator,
        cast(opening_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from customer_retention_rate
union all
select * from customer_retention_rate_from_counts
