{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence', as_view=true) }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

measures as (

    select * from {{ ref('int_evidence_measures') }}

),

evidence as (

    select * from {{ ref('int_evidence') }}

)

select
    score_days.customer_id,
    score_days.score_day,
    measures.measure,
    coalesce(evidence.raw_value, measures.value_of_nothing) as raw_value,
    case
        when evidence.raw_value is not null then evidence.observations
        when measures.value_of_nothing is not null then 1
        else 0
    end as observations,
    case
        when evidence.raw_value is not null then evidence.age_days
        when measures.value_of_nothing is not null then 0
    end as age_days,
    score_days.score_day >= measures.connected_from as is_connected

from score_days
cross join measures
left join evidence
    on
        score_days.customer_id = evidence.customer_id
        and score_days.score_day = evidence.score_day
        and measures.measure = evidence.measure
