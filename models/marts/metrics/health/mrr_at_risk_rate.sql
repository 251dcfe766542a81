with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

mrr_at_risk_rate as (

    select
        'mrr_at_risk_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(at_risk_mrr as decimal(38, 10)) as numerator,
        cast(closing_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from mrr_at_risk_rate
