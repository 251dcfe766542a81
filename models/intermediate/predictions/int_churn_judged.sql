with

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

predictions as not materialized (

    select
        'logistic' as model,
        labels.customer_id,
        labels.score_day,
        labels.mrr,
        labels.has_churned,
        probabilities.probability

    from {{ ref('int_churn_labels') }} as labels
    inner join {{ ref('int_churn_probabilities') }} as probabilities
        on labels.customer_id = probabilities.customer_id and labels.score_day = probabilities.score_day
    where labels.is_known

    union all

    select
        'hazard',
        customer_id,
        score_day,
        mrr,
        has_churned,
        probability

    from {{ ref('int_churn_hazards') }}
    where is_known and probability is not null

),

-- what is equal is counted first, so that few rows are ordered
equals as (

    select
        model,
        score_day,
        probability,
        has_churned,
        count(*) as snapshots,
        sum(mrr) as mrr

    from predictions
    group by model, score_day, probability, has_churned

),

days as (

    select distinct score_day from equals

),

-- each day and each set of days is judged by the same rows; a set has no day
sample_days as (

    select
        score_day,
        'day' as sample,
        score_day as sample_day
    from days

    union all

    select
        score_day,
        'all',
        {{ forever() }}
    from days

    union all

    select
        days.score_day,
        case when days.score_day <= models.trained_through then 'training' else 'after training' end,
        {{ forever() }}
    from days
    cross join models

),

places as (

    select
        equals.model,
        sample_days.sample,
        sample_days.sample_day,
        equals.probability,
        cast(sum(equals.snapshots) as bigint) as snapshots,
        cast(
            sum(sum(equals.snapshots)) over (
                partition by equals.model, sample_days.sample, sample_days.sample_day order by equals.probability desc
            ) as bigint
        ) as last_rank,
        cast(
            sum(sum(equals.snapshots)) over (partition by equals.model, sample_days.sample, sample_days.sample_day) as bigint
        ) as all_snapshots

    from equals
    inner join sample_days on equals.score_day = sample_days.score_day
    group by equals.model, sample_days.sample, sample_days.sample_day, equals.probability

),

sized as (

    select
        places.*,
        cast({{ integer_quotient('all_snapshots', 10) }} as bigint) as tenth_of_all,
        mod(all_snapshots, 10) as rest

    from places

),

placed as (

    select
        sized.*,
        {{ tenth_of_rank('last_rank - snapshots + 1') }} < {{ tenth_of_rank('last_rank') }} as is_split,
        -- one number for what is ranked together, which is shorter to order by
        row_number() over (order by model, sample, sample_day, probability) as place_number

    from sized

),

-- equal predictions that lie in one tenth are taken together; of others, customers and days are ordered
ranked as (

    select
        placed.place_number,
        placed.last_rank as place,
        equals.has_churned,
        equals.score_day,
        equals.snapshots,
        equals.mrr

    from equals
    inner join sample_days on equals.score_day = sample_days.score_day
    inner join placed
        on
            equals.model = placed.model
            and sample_days.sample = placed.sample
            and sample_days.sample_day = placed.sample_day
            and equals.probability = placed.probability
    where not placed.is_split

    union all

    select
        placed.place_number,
        placed.last_rank - placed.snapshots + row_number() over (
            partition by placed.place_number order by {{ text_order('predictions.customer_id') }}, predictions.score_day
        ),
        predictions.has_churned,
        predictions.score_day,
        1,
        predictions.mrr

    from predictions
    inner join sample_days on predictions.score_day = sample_days.score_day
    inner join placed
        on
            predictions.model = placed.model
            and sample_days.sample = placed.sample
            and sample_days.sample_day = placed.sample_day
            and predictions.probability = placed.probability
    where placed.is_split

),

judged as (

    select
        ranked.*,
        cast({{ tenth_of_rank('ranked.place') }} as integer) as decile

    from ranked
    inner join placed on ranked.place_number = placed.place_number

),

counted as (

    select
        place_number,
        decile,
        has_churned,
        min(score_day) as first_day,
        max(score_day) as last_day,
        sum(snapshots) as snapshots,
        sum(mrr) as mrr

    from judged
    group by place_number, decile, has_churned

)

select
    placed.model,
    placed.sample,
    case when placed.sample = 'day' then placed.sample_day end as sample_day,
    counted.decile,
    placed.probability,
    counted.has_churned,
    counted.first_day,
    counted.last_day,
    cast(counted.snapshots as bigint) as snapshots,
    cast(counted.mrr as decimal(38, 10)) as mrr

from counted
inner join placed on counted.place_number = placed.place_number
