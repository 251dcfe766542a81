with

months as (

    select * from {{ ref('int_months') }}

),

numbers as (

    {{ numbers('27') }}

),

-- every period closes where a month does; the days of its 28 days are few enough to be written out, so that user-days find theirs by equality
window_days as (

    select
        months.closing_day,
        {{ add_days('months.closing_day', '-numbers.n') }} as window_day,
        numbers.n < 7 as is_in_week

    from months
    cross join numbers

),

user_windows as (

    select
        window_days.closing_day,
        user_days.customer_id,
        user_days.user_id,
        {{ count_where('window_days.is_in_week') }} as week_days,
        count(*) as four_week_days,
        sum(user_days.actions) as four_week_actions

    from {{ ref('int_user_days') }} as user_days
    inner join window_days on user_days.active_day = window_days.window_day
    where user_days.is_active
    group by window_days.closing_day, user_days.customer_id, user_days.user_id

)

select
    closing_day,
    customer_id,
    {{ count_where('week_days > 0') }} as weekly_active_users,
    cast(sum(week_days) as bigint) as weekly_user_days,
    count(*) as monthly_active_users,
    cast(sum(four_week_days) as bigint) as monthly_user_days,
    cast(sum(four_week_actions) as decimal(38, 10)) as monthly_actions

from user_windows
group by closing_day, customer_id
