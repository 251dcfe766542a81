{{ summed_over_customers(
    ['score_day', 'tenure_band', 'is_long_interval', 'renewal_due'],
    settled_by=add_days('score_day', var('churn_horizon_days')),
    changed='int_changed_evidence'
) }}
select
    score_day,
    tenure_band,
    is_long_interval,
    renewal_due,
    {{ count_where('is_known') }} as snapshots,
    {{ count_where('has_churned') }} as churned,
    count(*) as customer_periods

from {{ ref('int_churn_labels') }}
group by score_day, tenure_band, is_long_interval, renewal_due
