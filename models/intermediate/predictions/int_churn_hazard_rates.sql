with

-- what became of the customers of each cell, day by day ...
outcomes as (

    select * from {{ ref('int_churn_outcomes') }}

),

score_days as (

    select distinct score_day from outcomes

),

-- ... and what had become known by a later one
known as (

    select
        score_days.score_day,
        outcomes.tenure_band,
        outcomes.is_long_interval,
        outcomes.renewal_due,
        sum(outcomes.snapshots) as snapshots,
        sum(outcomes.churned) as churned

    from score_days
    inner join outcomes
        on {{ add_days('outcomes.score_day', var('churn_horizon_days')) }} <= score_days.score_day
    group by score_days.score_day, outcomes.tenure_band, outcomes.is_long_interval, outcomes.renewal_due

),

totals as (

    select
        score_day,
        sum(snapshots) as snapshots,
        sum(churned) as churned

    from known
    group by score_day

),

counted as (

    select
        outcomes.score_day,
        outcomes.tenure_band,
        outcomes.is_long_interval,
        outcomes.renewal_due,
        {{ scaled('coalesce(known.snapshots, 0)', 0) }} as cell_snapshots,
        {{ scaled('coalesce(known.churned, 0)', 0) }} as cell_churned,
        {{ scaled('totals.snapshots', 0) }} as all_snapshots,
        {{ scaled('totals.churned', 0) }} as all_churned

    from outcomes
    left join totals on outcomes.score_day = totals.score_day
    left join known
        on
            outcomes.score_day = known.score_day
            and outcomes.tenure_band = known.tenure_band
            and outcomes.is_long_interval = known.is_long_interval
            and outcomes.renewal_due = known.renewal_due

)

select
    score_day,
    tenure_band,
    is_long_interval,
    renewal_due,
    cast(cell_snapshots as bigint) as cell_snapshots,
    cast(cell_churned as bigint) as cell_churned,
    -- a small cell is drawn to the share of all by 20 snapshots of it: (churned + 20 x C / N) / (n + 20)
    {{ rounded_quotient(
        '((cell_churned * all_snapshots + 20 * all_churned) * 10000000000)', '(all_snapshots * (cell_snapshots + 20))'
    ) }} as probability

from counted
