with

health as (

    select * from {{ ref('int_health_scores') }}
    where is_banded

),

labels as (

    select * from {{ ref('int_churn_labels') }}
    where is_known

),

known as (

    select
        health.customer_id,
        health.score_day,
        health.profile,
        health.score,
        health.colour,
        labels.has_churned

    from health
    inner join labels on health.customer_id = labels.customer_id and health.score_day = labels.score_day

),

samples as (

    select
        customer_id,
        score_day,
        profile,
        score,
        colour,
        has_churned
    from known

    union all

    -- a profile may be called so, too
    select
        customer_id,
        score_day,
        'all',
        score,
        colour,
        has_churned
    from known
    where profile <> 'all'

)

select
    samples.*,
    -- twice the middle of the ranks that equal scores share, the healthiest first: whole numbers
    cast(
        2 * rank() over (partition by score_day, profile order by score desc)
        + count(*) over (partition by score_day, profile, score) - 1 as bigint
    ) as twice_mid_rank

from samples
