with

metrics as (

    select * from {{ ref('metrics') }}

),

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        coalesce(max(case when metric_name = 'opening_mrr' then numerator end), 0) as opening_mrr,
        coalesce(max(case when metric_name = 'paused_mrr' then numerator end), 0) as paused_mrr,
        max(case when metric_name = 'gross_revenue_retention' then numerator end) as retained,
        max(case when metric_name = 'gross_revenue_churn_rate' then numerator end) as churned

    from metrics
    where metric_name in ('opening_mrr', 'paused_mrr', 'gross_revenue_retention', 'gross_revenue_churn_rate')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where retained + churned + paused_mrr <> opening_mrr
