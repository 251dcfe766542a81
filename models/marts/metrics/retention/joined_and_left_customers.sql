with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

joined_and_left_customers as (

    select
        'joined_and_left_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(joined_and_left_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from joined_and_left_customers
