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

product_stickiness as (

    select
        'product_stickiness' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(monthly_user_days as decimal(38, 10)) as numerator,
        cast(28 * monthly_active_users as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

weekly_stickiness as (

    select
        'weekly_stickiness' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(weekly_user_days as decimal(38, 10)) as numerator,
        cast(7 * weekly_active_users as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from product_stickiness
union all
select * from weekly_stickiness
