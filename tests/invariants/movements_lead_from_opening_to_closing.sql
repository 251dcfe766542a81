select
    period_type,
    period_start,
    customer_id,
    min(opening_mrr) as opening_mrr,
    sum(amount) as moved,
    min(closing_mrr) as closing_mrr

from {{ ref('mrr_movements') }}
group by period_type, period_start, customer_id
having
    min(opening_mrr) <> max(opening_mrr)
    or min(closing_mrr) <> max(closing_mrr)
    or min(opening_mrr) + sum(amount) <> min(closing_mrr)
