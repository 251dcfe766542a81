with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

mrr_growth_rate as (

    select
        'mrr_growth_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr - opening_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from mrr_growth_rate
