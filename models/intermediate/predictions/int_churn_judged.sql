with

labels as (

    select * from {{ ref('int_churn_labels') }}
    where is_known

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

predictions as (

    select
        'logistic' as model,
        customer_id,
        score_day,
        probability

    from {{ ref('int_churn_probabilities') }}

    union all

    select
        'hazard' as model,
        customer_id,
        score_day,
        probability

    from {{ ref('int_churn_hazards') }}
    where probability is not null

),

-- one column of days, so that each day and each set of days is judged by the same rows
samples as (

    select
        predictions.*,
        'day' as sample,
        predictions.score_day as sample_day
    from predictions

    union all

    select
        predictions.*,
        'all',
        cast(null as date)
    from predictions

    union all

    select
        predictions.*,
        case when predictions.score_day <= models.trained_through then 'training' else 'after training' end,
        cast(null as date)
    from predictions
    cross join models

),

judged as (

    select
        samples.*,
        labels.has_churned,
        score_days.mrr,
        ntile(10) over (
            partition by samples.model, samples.sample, samples.sample_day
            order by samples.probability desc, {{ text_order('samples.customer_id') }}, samples.score_day
        ) as decile

    from samples
    inner join labels on samples.customer_id = labels.customer_id and samples.score_day = labels.score_day
    inner join {{ ref('int_score_days') }} as score_days
        on samples.customer_id = score_days.customer_id and samples.score_day = score_days.score_day

)

select
    model,
    sample,
    sample_day,
    cast(decile as integer) as decile,
    probability,
    has_churned,
    min(score_day) as first_day,
    max(score_day) as last_day,
    count(*) as snapshots,
    cast(sum(mrr) as decimal(38, 10)) as mrr

from judged
group by model, sample, sample_day, decile, probability, has_churned
