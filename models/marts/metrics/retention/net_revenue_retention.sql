with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

net_revenue_retention as (

    select
        'net_revenue_retention' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(opening_mrr - churned_mrr - paused_mrr - contraction_mrr + expansion_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

),

net_revenue_retention_including_reactivation as (

    select
        'net_revenue_retention_including_reactivation' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(
            opening_mrr - churned_mrr - paused_mrr - contraction_mrr + expansion_mrr + reactivation_mrr + resumed_mrr as decimal(38, 10)
        ) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

),

net_revenue_retention_including_new as (

    select
        'net_revenue_retention_including_new' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from net_revenue_retention
union all
select * from net_revenue_retention_including_reactivation
union all
select * from net_revenue_retention_including_new
