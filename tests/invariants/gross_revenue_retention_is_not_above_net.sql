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
        max(case when metric_name = 'gross_revenue_retention' then numerator end) as gross,
        max(case when metric_name = 'net_revenue_retention' then numerator end) as net

    from metrics
    where metric_name in ('gross_revenue_retention', 'net_revenue_retention')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where gross > net
