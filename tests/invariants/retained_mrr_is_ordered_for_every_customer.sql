select
    period_type,
    period_start,
    customer_id,
    retained_product_mrr,
    retained_mrr,
    opening_mrr

from {{ ref('customer_periods') }}
where
    retained_product_mrr < 0
    or retained_product_mrr > retained_mrr
    or retained_mrr > opening_mrr
    or retained_mrr <> opening_mrr - churned_mrr - paused_mrr - contraction_mrr
