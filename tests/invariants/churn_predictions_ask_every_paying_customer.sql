-- Whoever pays at the close of a month stands in churn_predictions once, with a probability where a model is in force; nobody else does.
with

paying as (

    select
        customers.customer_id,
        months.closing_day as score_day,
        customers.closing_mrr

    from {{ ref('customer_periods') }} as customers
    inner join {{ ref('int_months') }} as months on customers.period_start = months.month_start
    where customers.period_type = 'month' and customers.is_paying_at_closing

),

models as (

    select
        count(*) as models_in_force

    from {{ ref('trained_models') }}
    where kind = 'churn' and is_in_force

)

select
    coalesce(paying.customer_id, predictions.customer_id) as customer_id,
    coalesce(paying.score_day, predictions.score_day) as score_day

from paying
full outer join {{ ref('churn_predictions') }} as predictions
    on paying.customer_id = predictions.customer_id and paying.score_day = predictions.score_day
cross join models
where
    paying.customer_id is null
    or predictions.customer_id is null
    or paying.closing_mrr <> predictions.mrr
    or (predictions.probability is not null) <> (models.models_in_force = 1)
    or (predictions.has_churned is not null) <> predictions.is_known
