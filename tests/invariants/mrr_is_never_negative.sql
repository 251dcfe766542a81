select
    period_type,
    period_start,
    customer_id,
    opening_mrr,
    closing_mrr

from {{ ref('customer_periods') }}
where opening_mrr < 0 or closing_mrr < 0 or closing_mrr_at_opening_rate < 0 or average_mrr < 0 or committed_mrr < 0
