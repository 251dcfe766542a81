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

daily_active_users as (

    select
        'daily_active_users' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(user_days as decimal(38, 10)) as numerator,
        cast(days as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

weekly_active_users as (

    select
        'weekly_active_users' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(weekly_active_users as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

monthly_active_users as (

    select
        'monthly_active_users' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(monthly_active_users as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from daily_active_users
union all
select * from weekly_active_users
union all
select * from monthly_active_users
