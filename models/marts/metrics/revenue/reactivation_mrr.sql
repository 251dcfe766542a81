with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

reactivation_mrr as (

    select
        'reactivation_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(reactivation_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from reactivation_mrr
