with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

orders as (

    select * from {{ ref('stg_billing__orders') }}

),

repeat_purchase_ratio as (

    select
        'repeat_purchase_ratio' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(repeat_customers as decimal(38, 10)) as numerator,
        cast(purchasing_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from orders)

),

repeat_purchase_ratio_within_90_days as (

    select
        'repeat_purchase_ratio_within_90_days' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_purchasers_repeating as decimal(38, 10)) as numerator,
        cast(first_purchasers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from orders)

)

select * from repeat_purchase_ratio
union all
select * from repeat_purchase_ratio_within_90_days
