select
    period_type,
    period_start,
    segment_name,
    segment_value,
    sum(share_of_churned_customers) as customers,
    sum(share_of_churned_mrr) as mrr

from {{ ref('churn_reasons') }}
group by period_type, period_start, segment_name, segment_value
having abs(sum(share_of_churned_customers) - 1) > 0.000000001 or abs(sum(share_of_churned_mrr) - 1) > 0.000000001
