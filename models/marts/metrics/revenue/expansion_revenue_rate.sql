with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

expansion_revenue_rate as (

    select
        'expansion_revenue_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(expansion_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

),

expansion_share_of_revenue as (

    select
        'expansion_share_of_revenue' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(expansion_mrr as decimal(38, 10)) as numerator,
        cast(closing_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from expansion_revenue_rate
union all
select * from expansion_share_of_revenue
