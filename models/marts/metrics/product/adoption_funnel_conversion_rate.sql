with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

journeys as (

    select * from {{ ref('stg_product__journeys') }}

),

milestones as (

    select * from {{ ref('stg_product__milestones') }}

),

adoption_funnel_conversion_rate as (

    select
        'adoption_funnel_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(finished_customers as decimal(38, 10)) as numerator,
        cast(entered_customers as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from journeys)
        and exists (select 1 from milestones)

)

select * from adoption_funnel_conversion_rate
