with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

average_purchase_value as (

    select
        'average_purchase_value' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(purchase_amount as decimal(38, 10)) as numerator,
        cast(purchases as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from orders)

)

select * from average_purchase_value
