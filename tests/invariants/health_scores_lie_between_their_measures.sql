-- a mean lies between the least and the greatest of what it averages, in 0 to 100, and a cap only lowers it
with

measures as (

    select
        customer_id,
        score_day,
        min(normalised_score) as lowest,
        max(normalised_score) as highest

    from {{ ref('customer_health_measures') }}
    where weight_share > 0
    group by customer_id, score_day

)

select health.*
from {{ ref('customer_health') }} as health
left join measures on health.customer_id = measures.customer_id and health.score_day = measures.score_day
where
    health.score is not null
    and (
        measures.customer_id is null
        or measures.lowest < 0
        or measures.highest > 100
        -- each of a few dozen contributions is rounded
        or health.uncapped_score < measures.lowest - 0.000001
        or health.uncapped_score > measures.highest + 0.000001
        or health.score > health.uncapped_score
        or (health.cap is null) <> (health.score = health.uncapped_score)
        or health.coverage < 0
        or health.coverage > 1.000001
    )
