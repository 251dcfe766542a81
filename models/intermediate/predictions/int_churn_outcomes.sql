{%- set known_from = add_days('score_day', var('churn_horizon_days')) -%}
{{ summed_over_customers(
    ['score_day', 'tenure_band', 'is_long_interval', 'renewal_due'], settled_by=known_from, changed='int_changed_evidence'
) }}
select
    contracts.score_day,
    contracts.tenure_band,
    contracts.is_long_interval,
    contracts.renewal_due,
    {{ count_where('labels.is_known') }} as snapshots,
    {{ count_where('labels.has_churned') }} as churned,
    count(*) as customer_periods

from {{ ref('int_customer_contracts') }} as contracts
inner join {{ ref('int_churn_labels') }} as labels
    on contracts.customer_id = labels.customer_id and contracts.score_day = labels.score_day
group by contracts.score_day, contracts.tenure_band, contracts.is_long_interval, contracts.renewal_due
