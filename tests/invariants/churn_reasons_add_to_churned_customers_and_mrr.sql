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
        coalesce(max(case when metric_name = 'churned_customers' then numerator end), 0) as churned_customers,
        coalesce(max(case when metric_name = 'churned_mrr' then numerator end), 0) as churned_mrr

    from metrics
    where metric_name in ('churned_customers', 'churned_mrr')
    group by period_type, period_start, segment_name, segment_value

),

reasons as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        sum(churned_customers) as churned_customers,
        sum(churned_mrr) as churned_mrr

    from {{ ref('churn_reasons') }}
    group by period_type, period_start, segment_name, segment_value

)

select
    cells.*,
    reasons.churned_customers as customers_of_reasons,
    reasons.churned_mrr as mrr_of_reasons

from cells
full outer join reasons
    on
        cells.period_type = reasons.period_type
        and cells.period_start = reasons.period_start
        and cells.segment_name = reasons.segment_name
        and cells.segment_value = reasons.segment_value
where
    coalesce(cells.churned_customers, 0) <> coalesce(reasons.churned_customers, 0)
    or coalesce(cells.churned_mrr, 0) <> coalesce(reasons.churned_mrr, 0)
