with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

opening_mrr as (

    select
        'opening_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(opening_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from opening_mrr
