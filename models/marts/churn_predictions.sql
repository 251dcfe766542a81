{{ config(materialized='view') }}
with

hazards as (

    select * from {{ ref('int_churn_hazards') }}

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
    hazards.score_day,
    cast(hazards.customer_id as varchar) as customer_id,
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
    hazards.tenure_months,
    hazards.billing_months,
    hazards.renewal_due = 1 as is_renewal_due,
    hazards.mrr,
    {{ converted('probabilities.probability', 'hazards.mrr') }} as expected_churned_mrr,
    hazards.score_day > models.trained_through as is_after_training,
    hazards.is_known,
    hazards.has_churned,
    {{ segment_attributes('attribute_sets.') }}

from hazards
inner join {{ ref('int_attribute_sets') }} as attribute_sets on hazards.attribute_set = attribute_sets.attribute_set
left join models on true
left join probabilities
    on hazards.customer_id = probabilities.customer_id and hazards.score_day = probabilities.score_day
left join reasons
    on hazards.customer_id = reasons.customer_id and hazards.score_day = reasons.score_day
