with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

contraction_mrr as (

    select
        'contraction_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(contraction_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

),

gross_contraction_mrr as (

    select
        'gross_contraction_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(gross_contraction_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from contraction_mrr
union all
select * from gross_contraction_mrr
