-- by the days that adoption took, null for those whom it did not: few rows, from which counts and medians are taken
select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('users.') }} as segment_value,
    users.is_pending,
    users.days_to_adoption,
    count(*) as users

from {{ ref('int_user_adoption') }} as users
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('users.created_date') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and users.created_date >= periods.first_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5, 6
