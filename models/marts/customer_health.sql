{{ config(materialized='view') }}
with

scores as (

    select * from {{ ref('int_health_standings') }}

),

score_days as (

    select * from {{ ref('int_score_days') }}

),

reasons as (

    select * from {{ ref('int_health_reasons') }}

),

overrides as (

    select * from {{ ref('health_overrides') }}

),

overridden as (

    select
        score_days.customer_id,
        score_days.score_day,
        overrides.score,
        overrides.max_score,
        overrides.reason,
        overrides.author,
        overrides.expires_on,
        row_number() over (
            partition by score_days.customer_id, score_days.score_day order by overrides.starts_on desc, {{ text_order('overrides.reason') }} desc
        ) as place

    from {{ ref('int_score_days') }} as score_days
    inner join overrides
        on
            score_days.customer_id = overrides.customer_id
            and score_days.score_day >= overrides.starts_on
            and score_days.score_day < overrides.expires_on

)

select
    scores.customer_id,
    scores.score_day,
    scores.config_version,
    scores.profile,
    score_days.mrr,
    scores.score,
    scores.uncapped_score,
    scores.cap,
    scores.coverage,
    scores.is_banded,
    scores.colour,
    scores.letter,
    scores.health_rank,
    scores.score_percentile,
    scores.tier,
    scores.score_change,
    cast(
        case
            when scores.score_change >= {{ var('health_trend_points') }} then 'up'
            when scores.score_change <= -{{ var('health_trend_points') }} then 'down'
            when scores.score_change is not null then 'flat'
        end as varchar
    ) as trend,
    reasons.reasons,
    cast(
        case
            when overridden.score is not null then overridden.score
            when scores.score > overridden.max_score then overridden.max_score
            else scores.score
        end as decimal(38, 10)
    ) as effective_score,
    overridden.reason as override_reason,
    overridden.author as override_author,
    overridden.expires_on as override_expires_on,
    {{ segment_attributes('attribute_sets.') }}

from scores
inner join score_days on scores.customer_id = score_days.customer_id and scores.score_day = score_days.score_day
inner join {{ ref('int_attribute_sets') }} as attribute_sets on score_days.attribute_set = attribute_sets.attribute_set
left join reasons on scores.customer_id = reasons.customer_id and scores.score_day = reasons.score_day
left join overridden
    on scores.customer_id = overridden.customer_id and scores.score_day = overridden.score_day and overridden.place = 1
