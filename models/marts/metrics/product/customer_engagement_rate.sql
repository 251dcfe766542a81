with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

customer_engagement_rate as (

    select
        'customer_engagement_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(engaged_customers as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from customer_engagement_rate
