with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

mrr_from_arpa as (

    select
        'mrr_from_arpa' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr as double precision) / nullif(closing_customers, 0) * closing_customers as value

    from segment_periods

)

select * from mrr_from_arpa
