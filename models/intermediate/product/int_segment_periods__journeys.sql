select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('journeys.') }} as segment_value,
    count(*) as due_journeys,
    {{ count_where('journeys.is_complete') }} as completed_journeys

from {{ ref('int_customer_journeys') }} as journeys
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('journeys.due_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and journeys.due_day >= periods.first_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
