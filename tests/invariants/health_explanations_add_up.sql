-- contributions add up to the score, points lost to what is missing to 100, weight shares to 1, changes to the change of the score: to the last digit
with

explained as (

    select
        customer_id,
        score_day,
        sum(contribution) as contributions,
        sum(points_lost) as points_lost,
        sum(weight_share) as weight_shares,
        sum(contribution_change) as changes

    from {{ ref('customer_health_measures') }}
    group by customer_id, score_day

)

select
    health.customer_id,
    health.score_day,
    health.score,
    explained.contributions,
    explained.points_lost,
    explained.weight_shares,
    health.score_change,
    explained.changes

from {{ ref('customer_health') }} as health
left join explained on health.customer_id = explained.customer_id and health.score_day = explained.score_day
where
    -- without evidence nothing is explained, and nothing weighs
    coalesce(health.score, 0) <> explained.contributions
    or case when health.score is null then 0 else 100 - health.score end <> explained.points_lost
    or case when health.score is null then 0 else 1 end <> explained.weight_shares
    or health.score_change is distinct from explained.changes
    or explained.customer_id is null
