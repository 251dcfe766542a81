select
    period_type,
    period_start,
    customer_id,
    segment_name,
    sum(amount) as left_over,
    count(*) as sides

from {{ ref('mrr_movements') }}
where movement = 'transfer'
group by period_type, period_start, customer_id, segment_name
having sum(amount) <> 0 or count(*) <> 2
