{%- set known_from = add_days('score_day', var('churn_horizon_days')) -%}
{{ made_by_customer(settled_by=known_from, changed='int_changed_evidence') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

churn_events as (

    select * from {{ ref('int_churn_events') }}
    where not is_dropped

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

labels as (

    select
        score_days.customer_id,
        score_days.score_day,
        {{ any_true('churn_events.customer_id is not null') }} as has_churned

    from score_days
    left join churn_events
        on
            score_days.customer_id = churn_events.customer_id
            and churn_events.churn_day > score_days.score_day
            and churn_events.churn_day <= {{ add_days('score_days.score_day', var('churn_horizon_days')) }}
    group by score_days.customer_id, score_days.score_day

)

select
    labels.customer_id,
    labels.score_day,
    {{ add_days('labels.score_day', var('churn_horizon_days')) }} <= as_of.as_of_day as is_known,
    case when {{ add_days('labels.score_day', var('churn_horizon_days')) }} <= as_of.as_of_day then labels.has_churned end as has_churned,
    cast({{ var('churn_horizon_days') }} as integer) as horizon_days

from labels
cross join as_of
