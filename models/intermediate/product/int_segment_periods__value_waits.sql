select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(case when wait_from = 'first_interaction' then customers else 0 end) as bigint) as started_customers,
    cast(sum(case when wait_from = 'purchase' then customers else 0 end) as bigint) as purchased_customers,
    cast(sum(case when wait_from = 'first_interaction' then valued_customers else 0 end) as bigint) as valued_customers,
    cast(sum(case when wait_from = 'first_interaction' then valued_customers * wait_days else 0 end) as bigint) as days_to_value

from {{ ref('int_segment_value_waits') }}
group by period_type, period_start, segment_name, segment_value
