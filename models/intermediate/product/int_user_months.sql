-- months that history_start cuts begin with it, as periods do
select
    user_days.user_id,
    user_days.customer_id,
    user_days.created_date,
    months.month_start,
    {{ count_where('user_days.is_active') }} as active_days,
    cast(sum(user_days.actions) as decimal(38, 10)) as actions,
    cast(sum(user_days.logins) as decimal(38, 10)) as logins

from {{ ref('int_user_days') }} as user_days
inner join {{ ref('int_months') }} as months
    on {{ month_of('user_days.active_day') }} = months.month_start and user_days.active_day >= months.first_day
group by user_days.user_id, user_days.customer_id, user_days.created_date, months.month_start
