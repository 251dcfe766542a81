{{ config(materialized='view') }}
select
    scores.*,
    places.health_rank,
    places.score_percentile,
    case
        when places.score_percentile >= 80 then 1
        when places.score_percentile >= 60 then 2
        when places.score_percentile >= 40 then 3
        when places.score_percentile >= 20 then 4
        when places.score_percentile is not null then 5
    end as tier,
    cast(scores.score - scores_before.score as decimal(38, 10)) as score_change

from {{ ref('int_health_scores') }} as scores
left join {{ ref('int_health_places') }} as places
    on
        scores.score_day = places.score_day
        and scores.config_version = places.config_version
        and scores.profile = places.profile
        and case when scores.is_banded then scores.score end = places.score
left join {{ ref('int_health_scores') }} as scores_before
    on scores.customer_id = scores_before.customer_id and scores.month_start = {{ add_months('scores_before.month_start', 1) }}
