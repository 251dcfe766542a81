{{ config(materialized='view') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

probabilities as (

    select * from {{ ref('int_churn_probabilities') }}

),

reasons as (

    select * from {{ ref('int_churn_reasons') }}

)

select
    score_days.score_day,
    cast(score_days.customer_id as varchar) as customer_id,
    models.model_version,
    probabilities.probability,
    probabilities.log_odds,
    cast(
        case
            when probabilities.probability >= {{ var('risk_threshold') }} then 'high'
            when 2 * probabilities.probability >= {{ var('risk_threshold') }} then 'medium'
            when probabilities.probability is not null then 'low'
        end as varchar
    ) as risk_tier,
    {%- for rank in (1, 2, 3) %}
    reasons.reason_{{ rank }},
    reasons.reason_{{ rank }}_contribution,
    {%- endfor %}
    hazards.probability as hazard,
    contracts.tenure_months,
    contracts.billing_months,
    contracts.renewal_due = 1 as is_renewal_due,
    score_days.mrr,
    {{ converted('probabilities.probability', 'score_days.mrr') }} as expected_churned_mrr,
    score_days.score_day > models.trained_through as is_after_training,
    labels.is_known,
    labels.has_churned,
    {{ segment_attributes('attribute_sets.') }}

from score_days
inner join {{ ref('int_attribute_sets') }} as attribute_sets on score_days.attribute_set = attribute_sets.attribute_set
inner join {{ ref('int_customer_contracts') }} as contracts
    on score_days.customer_id = contracts.customer_id and score_days.score_day = contracts.score_day
inner join {{ ref('int_churn_hazards') }} as hazards
    on score_days.customer_id = hazards.customer_id and score_days.score_day = hazards.score_day
inner join {{ ref('int_churn_labels') }} as labels
    on score_days.customer_id = labels.customer_id and score_days.score_day = labels.score_day
left join models on true
left join probabilities
    on score_days.customer_id = probabilities.customer_id and score_days.score_day = probabilities.score_day
left join reasons
    on score_days.customer_id = reasons.customer_id and score_days.score_day = reasons.score_day
