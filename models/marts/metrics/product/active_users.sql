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

active_users as (

    select
        'active_users' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(active_users as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

active_customers as (

    select
        'active_customers' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(active_customers as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from active_users
union all
select * from active_customers
