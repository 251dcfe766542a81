with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

contracted_customers as (

    select
        'contracted_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(contracted_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from contracted_customers
