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

customer_success_rate as (

    select
        'customer_success_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(successful_customers as decimal(38, 10)) as numerator,
        cast(due_customers as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from journeys)
        and exists (select 1 from milestones)

)

select * from customer_success_rate
