with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

mrr as (

    select
        'mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

),

average_mrr as (

    select
        'average_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(average_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

),

committed_mrr as (

    select
        'committed_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(committed_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from mrr
union all
select * from average_mrr
union all
select * from committed_mrr
