with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

gross_revenue_retention as (

    select
        'gross_revenue_retention' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retained_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

),

gross_revenue_retention_by_product as (

    select
        'gross_revenue_retention_by_product' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retained_product_mrr as decimal(38, 10)) as numerator,
        cast(opening_mrr as decimal(38, 10)) as denominator

    from segment_periods

)

select * from gross_revenue_retention
union all
select * from gross_revenue_retention_by_product
