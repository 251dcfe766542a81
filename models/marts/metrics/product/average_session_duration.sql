with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

sessions as (

    select * from {{ ref('stg_product__sessions') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

average_session_duration as (

    select
        'average_session_duration' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(session_seconds as decimal(38, 10)) as numerator,
        cast(sessions as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and (exists (select 1 from sessions) or exists (select 1 from usage_events))

)

select * from average_session_duration
