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

average_time_on_platform as (

    select
        'average_time_on_platform' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(session_seconds as decimal(38, 10)) as numerator,
        cast(active_users as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from average_time_on_platform
