select
    period_type,
    period_start,
    customer_id,
    opening_mrr,
    closing_mrr

from {{ ref('customer_periods') }}
where
    closing_mrr
    <> opening_mrr + new_mrr + reactivation_mrr + resumed_mrr + expansion_mrr - contraction_mrr - churned_mrr - paused_mrr + fx_mrr
