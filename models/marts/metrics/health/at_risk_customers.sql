with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

at_risk_customers as (

    select
        'at_risk_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(at_risk_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from at_risk_customers
