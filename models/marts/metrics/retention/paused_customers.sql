with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

paused_customers as (

    select
        'paused_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(paused_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from paused_customers
