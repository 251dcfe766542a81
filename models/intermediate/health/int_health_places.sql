-- within day and profile, of those who are banded
with

equals as (

    select
        score_day,
        config_version,
        profile,
        score,
        count(*) as equal_scores

    from {{ ref('int_health_scores') }}
    where is_banded
    group by score_day, config_version, profile, score

),

compared as (

    select
        equals.*,
        row_number() over (partition by score_day, config_version, profile order by score desc) as health_rank,
        sum(equal_scores) over (partition by score_day, config_version, profile order by score) - equal_scores as lower_scores,
        sum(equal_scores) over (partition by score_day, config_version, profile) as all_scores

    from equals

)

select
    score_day,
    config_version,
    profile,
    score,
    cast(health_rank as bigint) as health_rank,
    cast({{ exact_share('2 * lower_scores + equal_scores', '2 * all_scores', 100) }} as decimal(38, 10)) as score_percentile

from compared
