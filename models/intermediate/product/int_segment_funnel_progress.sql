-- by the step that customers have got to
select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('customers.') }} as segment_value,
    customers.steps_in_journey,
    customers.steps_reached,
    count(*) as customers

from {{ ref('int_adoption_funnel_customers') }} as customers
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('customers.entered_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and customers.entered_day >= periods.first_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5, 6
