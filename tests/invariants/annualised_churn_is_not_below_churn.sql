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
        max(case when metric_name = 'customer_churn_rate' then value end) as churn_rate,
        max(case when metric_name = 'customer_churn_rate_annualised' then value end) as annualised

    from metrics
    where metric_name in ('customer_churn_rate', 'customer_churn_rate_annualised')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where
    annualised < churn_rate - 0.000000001
    or annualised > 1
    or (annualised is null) <> (churn_rate is null)
