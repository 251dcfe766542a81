with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

net_new_mrr as (

    select
        'net_new_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr - opening_mrr as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from net_new_mrr
