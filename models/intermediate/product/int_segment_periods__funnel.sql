select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(customers) as bigint) as entered_customers,
    cast(sum(case when steps_reached = steps_in_journey then customers else 0 end) as bigint) as finished_customers

from {{ ref('int_segment_funnel_progress') }}
group by period_type, period_start, segment_name, segment_value
