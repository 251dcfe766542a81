with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

opening_customers as (

    select
        'opening_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(opening_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from opening_customers
