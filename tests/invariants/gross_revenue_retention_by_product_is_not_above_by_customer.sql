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
        max(case when metric_name = 'gross_revenue_retention_by_product' then numerator end) as by_product,
        max(case when metric_name = 'gross_revenue_retention' then numerator end) as by_customer

    from metrics
    where metric_name in ('gross_revenue_retention_by_product', 'gross_revenue_retention')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where by_product > by_customer
