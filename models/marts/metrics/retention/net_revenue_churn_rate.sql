with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

net_revenue_churn_rate as (

    select
        'net_revenue_churn_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churned_mrr + contraction_mrr - expansion_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from net_revenue_churn_rate
