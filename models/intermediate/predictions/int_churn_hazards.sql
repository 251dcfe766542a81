{{ config(materialized='view') }}
select
    contracts.customer_id,
    contracts.score_day,
    contracts.tenure_band,
    contracts.is_long_interval,
    contracts.renewal_due,
    rates.cell_snapshots,
    rates.cell_churned,
    rates.probability

from {{ ref('int_customer_contracts') }} as contracts
inner join {{ ref('int_churn_hazard_rates') }} as rates
    on
        contracts.score_day = rates.score_day
        and contracts.tenure_band = rates.tenure_band
        and contracts.is_long_interval = rates.is_long_interval
        and contracts.renewal_due = rates.renewal_due
