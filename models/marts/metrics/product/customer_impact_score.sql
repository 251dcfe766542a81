with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

outcomes as (

    select * from {{ ref('stg_product__outcomes') }}

),

customer_impact_score as (

    select
        'customer_impact_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(impact_scores as decimal(38, 10)) as numerator,
        cast(scored_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from outcomes)

)

select * from customer_impact_score
