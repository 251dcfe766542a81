with

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

predictions as (

    select
        predictions.*,
        -- a likelier customer is never said to be less likely
        lag(probability) over (order by log_odds, probability) as probability_before

    from {{ ref('churn_predictions') }} as predictions
    where model_version is not null

)

select
    predictions.customer_id,
    predictions.score_day,
    predictions.log_odds,
    predictions.probability,
    intercepts.intercept + coalesce(contributions.contribution, 0) as parts

from predictions
cross join intercepts
left join contributions
    on predictions.customer_id = contributions.customer_id and predictions.score_day = contributions.score_day
where
    predictions.log_odds is null
    or predictions.log_odds <> intercepts.intercept + coalesce(contributions.contribution, 0)
    or predictions.probability not between 0 and 1
    or predictions.probability < predictions.probability_before
    or abs(predictions.reason_1_contribution) < abs(predictions.reason_2_contribution)
    or abs(predictions.reason_2_contribution) < abs(predictions.reason_3_contribution)
    or predictions.expected_churned_mrr not between 0 and predictions.mrr
