{{ config(materialized='view') }}
select
    labels.*,
    rates.cell_snapshots,
    rates.cell_churned,
    rates.probability

from {{ ref('int_churn_labels') }} as labels
inner join {{ ref('int_churn_hazard_rates') }} as rates
    on
        labels.score_day = rates.score_day
        and labels.tenure_band = rates.tenure_band
        and labels.is_long_interval = rates.is_long_interval
        and labels.renewal_due = rates.renewal_due
