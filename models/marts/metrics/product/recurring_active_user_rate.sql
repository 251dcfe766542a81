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

recurring_active_user_rate as (

    select
        'recurring_active_user_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(active_users_of_paying as decimal(38, 10)) as numerator,
        cast(closing_users_of_paying as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

),

recurring_active_user_rate_unrestricted as (

    select
        'recurring_active_user_rate_unrestricted' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(active_users as decimal(38, 10)) as numerator,
        cast(closing_users_of_paying as decimal(38, 10)) as denominator

    from segment_periods
    where
        exists (select 1 from users)
        and exists (select 1 from usage_events)

)

select * from recurring_active_user_rate
union all
select * from recurring_active_user_rate_unrestricted
