select
    period_type,
    period_start,
    customer_id,
    count(*) as movements

from {{ ref('mrr_movements') }}
where movement not in ('fx', 'transfer')
group by period_type, period_start, customer_id
having count(*) > 1
