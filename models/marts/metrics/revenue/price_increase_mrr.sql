with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

price_increase_mrr as (

    select
        'price_increase_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(price_increase_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from price_increase_mrr
