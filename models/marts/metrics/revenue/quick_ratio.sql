with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

quick_ratio as (

    select
        'quick_ratio' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(new_mrr + expansion_mrr + reactivation_mrr as decimal(38, 10)) as numerator,
        cast(contraction_mrr + churned_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from quick_ratio
