with

segment_periods as (

    select * from {{ ref('int_segment_periods__health') }}

),

customer_health_index as (

    select
        'customer_health_index' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(weighted_scores as decimal(38, 10)) as numerator,
        cast(banded_mrr as decimal(38, 10)) as denominator

    from segment_periods

),

portfolio_quality_index as (

    select
        'portfolio_quality_index' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(100 * green_customers + 60 * yellow_customers + 40 * red_customers as decimal(38, 10)) as numerator,
        cast(banded_customers as decimal(38, 10)) as denominator

    from segment_periods

)

select * from customer_health_index
union all
select * from portfolio_quality_index
