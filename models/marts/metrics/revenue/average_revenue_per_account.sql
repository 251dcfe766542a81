with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

average_revenue_per_account as (

    select
        'average_revenue_per_account' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(closing_mrr as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from average_revenue_per_account
