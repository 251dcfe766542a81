{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

intercepts as (

    select cast(coefficients.coefficient as decimal(38, 10)) as intercept

    from {{ ref('churn_coefficients') }} as coefficients
    inner join models on coefficients.model_version = models.model_version
    where coefficients.feature = '(intercept)'

),

contributions as (

    select
        customer_id,
        score_day,
        sum(contribution) as contribution

    from {{ ref('int_churn_contributions') }}
    group by customer_id, score_day

),

scored as (

    select
        score_days.customer_id,
        score_days.score_day,
        cast(intercepts.intercept + coalesce(contributions.contribution, 0) as decimal(38, 10)) as log_odds

    from score_days
    cross join intercepts
    left join contributions
        on score_days.customer_id = contributions.customer_id and score_days.score_day = contributions.score_day

)

select
    customer_id,
    score_day,
    log_odds,
    -- beyond 700 nothing but the range of floating numbers changes
    cast(
        1 / (1 + exp(-greatest(least(cast(log_odds as double precision), 700), -700))) as decimal(38, 10)
    ) as probability

from scored
