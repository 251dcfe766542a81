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
        coalesce(max(case when metric_name = 'opening_customers' then numerator end), 0) as opening_customers,
        coalesce(max(case when metric_name = 'churned_customers' then numerator end), 0) as churned_customers,
        coalesce(max(case when metric_name = 'paused_customers' then numerator end), 0) as paused_customers,
        max(case when metric_name = 'customer_retention_rate' then numerator end) as retained,
        max(case when metric_name = 'customer_churn_rate' then numerator end) as churned,
        max(case when metric_name = 'voluntary_churn_rate' then numerator end) as voluntary,
        max(case when metric_name = 'involuntary_churn_rate' then numerator end) as involuntary

    from metrics
    where metric_name in (
        'opening_customers',
        'churned_customers',
        'paused_customers',
        'customer_retention_rate',
        'customer_churn_rate',
        'voluntary_churn_rate',
        'involuntary_churn_rate'
    )
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where
    churned + retained + paused_customers <> opening_customers
    or churned <> churned_customers
    or voluntary + involuntary <> churned
