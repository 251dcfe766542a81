select
    period_type,
    period_start,
    customer_id,
    gross_expansion_mrr,
    gross_contraction_mrr,
    expansion_mrr,
    contraction_mrr

from {{ ref('customer_periods') }}
where
    gross_expansion_mrr - gross_contraction_mrr <> expansion_mrr - contraction_mrr
    or gross_expansion_mrr <> upsell_mrr + cross_sell_mrr + price_increase_mrr + discount_expiry_mrr
    or gross_expansion_mrr < expansion_mrr
