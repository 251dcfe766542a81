-- Who was active in a week was so in four; a window has no more active days than it has days for each of them, and no fewer than one; mean daily
-- users are no more than those of the window.
with

windows as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'weekly_active_users' then numerator end) as weekly_users,
        max(case when metric_name = 'monthly_active_users' then numerator end) as monthly_users,
        max(case when metric_name = 'weekly_stickiness' then numerator end) as weekly_days,
        max(case when metric_name = 'product_stickiness' then numerator end) as monthly_days

    from {{ ref('metrics') }}
    where metric_name in ('weekly_active_users', 'monthly_active_users', 'weekly_stickiness', 'product_stickiness')
    group by period_type, period_start, segment_name, segment_value

)

select * from windows
where
    weekly_users > monthly_users
    or weekly_days < weekly_users
    or weekly_days > 7 * weekly_users
    or monthly_days < monthly_users
    or monthly_days > 28 * monthly_users
    or weekly_days > monthly_days
