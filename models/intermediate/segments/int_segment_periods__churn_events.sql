select
    periods.period_type,
    periods.period_start,
    churn_days.segment_name,
    churn_days.segment_value,
    cast(sum(churn_days.churn_events) as bigint) as churn_events

from {{ ref('int_segment_churn_days') }} as churn_days
inner join {{ ref('int_periods') }} as periods
    on churn_days.churn_day >= periods.first_day and churn_days.churn_day <= periods.closing_day
group by periods.period_type, periods.period_start, churn_days.segment_name, churn_days.segment_value
