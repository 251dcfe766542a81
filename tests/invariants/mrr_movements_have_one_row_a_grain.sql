-- Only transfers name a segment: an empty one is a value like any other here.
select
    period_type,
    period_start,
    customer_id,
    movement,
    segment_name,
    segment_value,
    count(*) as rows_of_grain

from {{ ref('mrr_movements') }}
group by period_type, period_start, customer_id, movement, segment_name, segment_value
having count(*) > 1
