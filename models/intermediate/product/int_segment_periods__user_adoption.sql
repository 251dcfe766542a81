select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(case when is_pending then users else 0 end) as bigint) as pending_users,
    cast(sum(case when is_pending then 0 else users end) as bigint) as decided_users,
    cast(sum(case when not is_pending and days_to_adoption is not null then users else 0 end) as bigint) as adopted_users

from {{ ref('int_segment_adoption_days') }}
group by period_type, period_start, segment_name, segment_value
