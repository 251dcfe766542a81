select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('outcomes.') }} as segment_value,
    cast(sum(outcomes.amount) as decimal(38, 10)) as reported_value

from {{ ref('int_outcomes') }} as outcomes
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('outcomes.measured_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and outcomes.measured_day >= periods.first_day
cross join {{ ref('int_segments') }} as segments
where outcomes.amount is not null
group by 1, 2, 3, 4
