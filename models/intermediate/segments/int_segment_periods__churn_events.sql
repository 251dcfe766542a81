select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('events.') }} as segment_value,
    count(*) as churn_events

from {{ ref('int_churn_events') }} as events
inner join {{ ref('int_periods') }} as periods
    on events.churn_day >= periods.first_day and events.churn_day <= periods.closing_day
cross join {{ ref('int_segments') }} as segments
where not events.is_dropped
group by 1, 2, 3, 4
