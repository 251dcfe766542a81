with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

purchase_frequency as (

    select
        'purchase_frequency' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        {{ purchases_of_a_year('segment_periods.purchases') }} as numerator,
        cast(segment_periods.purchasing_customers as decimal(38, 10)) as denominator

    from segment_periods
    inner join periods
        on segment_periods.period_type = periods.period_type and segment_periods.period_start = periods.period_start
    where exists (select 1 from orders)

)

select * from purchase_frequency
