with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

expansion_mrr as (

    select
        'expansion_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(expansion_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

),

gross_expansion_mrr as (

    select
        'gross_expansion_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(gross_expansion_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from expansion_mrr
union all
select * from gross_expansion_mrr
