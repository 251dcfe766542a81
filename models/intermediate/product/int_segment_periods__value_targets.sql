select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('spans.') }} as segment_value,
    count(*) as due_customers,
    {{ count_where('value_moments.value_day <= value_moments.due_day') }} as successful_customers

from {{ ref('int_customer_value_moments') }} as value_moments
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('value_moments.due_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and value_moments.due_day >= periods.first_day
        and value_moments.due_day <= periods.closing_day
inner join {{ ref('int_customer_spans') }} as spans
    on
        value_moments.customer_id = spans.customer_id
        and value_moments.due_day >= spans.valid_from
        and value_moments.due_day < spans.valid_to
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
