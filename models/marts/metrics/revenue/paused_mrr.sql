with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

paused_mrr as (

    select
        'paused_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(paused_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from paused_mrr
