with

sums as (

    select
        score_day,
        profile,
        count(*) as customers,
        {{ count_where('has_churned') }} as churned,
        cast(count(*) as double precision) as n,
        cast({{ count_where('has_churned') }} as double precision) as n_churned,
        cast(sum(case when has_churned then twice_mid_rank else 0 end) as double precision) / 2 as rank_sum,
        cast(sum(case when has_churned then score end) as double precision) as churned_score,
        cast(sum(case when not has_churned then score end) as double precision) as kept_score

    from {{ ref('int_health_outcomes') }}
    group by score_day, profile

)

select
    score_day,
    cast(profile as varchar) as profile,
    customers,
    churned,
    n_churned / n as churned_share,
    churned_score / nullif(n_churned, 0) as mean_score_of_churned,
    kept_score / nullif(n - n_churned, 0) as mean_score_of_kept,
    -- the share of pairs of one who left and one who stayed in which the latter had the better score, ties half
    (rank_sum - n_churned * (n_churned + 1) / 2) / nullif(n_churned * (n - n_churned), 0) as auc,
    customers < {{ var('minimum_sample') }} as is_small_sample

from sums
