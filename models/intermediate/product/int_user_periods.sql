select
    period_months.period_type,
    period_months.period_start,
    user_months.user_id,
    user_months.customer_id,
    user_months.created_date,
    cast(sum(user_months.active_days) as bigint) as active_days,
    cast(sum(user_months.actions) as decimal(38, 10)) as actions,
    cast(sum(user_months.logins) as decimal(38, 10)) as logins

from {{ ref('int_user_months') }} as user_months
inner join {{ ref('int_period_months') }} as period_months on user_months.month_start = period_months.month_start
group by
    period_months.period_type, period_months.period_start, user_months.user_id, user_months.customer_id, user_months.created_date
