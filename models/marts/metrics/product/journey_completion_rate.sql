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

journey_completion_rate as (

    select
        'journey_completion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(completed_journeys as decimal(38, 10)) as numerator,
        cast(due_journeys as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from journeys)
        and exists (select 1 from milestones)

)

select * from journey_completion_rate
