{%- set known_from = add_days('contracts.score_day', var('churn_horizon_days')) -%}
{{ made_by_customer(settled_by=add_days('score_day', var('churn_horizon_days')), changed='int_changed_evidence', as_view=true) }}
select
    contracts.*,
    {{ known_from }} <= as_of.as_of_day as is_known,
    case when {{ known_from }} <= as_of.as_of_day then coalesce(contracts.next_churn_day <= {{ known_from }}, false) end as has_churned,
    cast({{ var('churn_horizon_days') }} as integer) as horizon_days

from {{ ref('int_customer_contracts') }} as contracts
cross join {{ ref('int_as_of') }} as as_of
