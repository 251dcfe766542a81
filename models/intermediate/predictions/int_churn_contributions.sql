{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

features as (

    select * from {{ ref('int_churn_features') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

coefficients as (

    select
        coefficients.feature,
        coefficients.coefficient,
        coefficients.mean,
        coefficients.scale

    from {{ ref('churn_coefficients') }} as coefficients
    inner join models on coefficients.model_version = models.model_version
    where coefficients.feature <> '(intercept)'

)

select
    features.customer_id,
    features.score_day,
    features.feature,
    features.value,
    -- rounded, so that the parts add to the log-odds exactly, in whatever order
    cast(
        coalesce(coefficients.coefficient * (features.value - coefficients.mean) / nullif(coefficients.scale, 0), 0) as decimal(38, 10)
    ) as contribution

from features
inner join coefficients on features.feature = coefficients.feature
