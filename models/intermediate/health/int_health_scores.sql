with

profiles as (

    select * from {{ ref('int_health_profiles') }}

),

measures as (

    select
        customer_id,
        score_day,
        sum(contribution) as uncapped_score,
        sum(coverage) as coverage

    from {{ ref('int_health_measures') }}
    where is_present
    group by customer_id, score_day

),

caps as (

    select * from {{ ref('health_caps') }}

),

evidence_measures as (

    select * from {{ ref('int_evidence_measures') }}

),

evidence as (

    select * from {{ ref('int_evidence') }}

),

bands as (

    select * from {{ ref('health_bands') }}

),

-- the strictest of those whose measure is beyond its edge
strictest as (

    select
        profiles.customer_id,
        profiles.score_day,
        caps.cap,
        caps.measure as cap_measure,
        caps.max_score,
        coalesce(evidence.raw_value, evidence_measures.value_of_nothing) as raw_value,
        coalesce(evidence.observations, 1) as observations,
        coalesce(evidence.age_days, 0) as age_days,
        row_number() over (
            partition by profiles.customer_id, profiles.score_day order by caps.max_score, {{ text_order('caps.cap') }}
        ) as place

    from profiles
    inner join caps on profiles.config_version = caps.config_version
    inner join evidence_measures on caps.measure = evidence_measures.measure
    left join evidence
        on
            profiles.customer_id = evidence.customer_id
            and profiles.score_day = evidence.score_day
            and caps.measure = evidence.measure
    where coalesce(evidence.raw_value, evidence_measures.value_of_nothing) > caps.above

),

scored as (

    select
        profiles.customer_id,
        profiles.score_day,
        profiles.month_start,
        profiles.config_version,
        profiles.profile,
        cast(measures.uncapped_score as decimal(38, 10)) as uncapped_score,
        strictest.cap,
        strictest.cap_measure,
        strictest.raw_value as cap_raw_value,
        strictest.observations as cap_observations,
        strictest.age_days as cap_age_days,
        cast(coalesce(strictest.max_score, measures.uncapped_score) as decimal(38, 10)) as score,
        cast(coalesce(measures.coverage, 0) as decimal(38, 10)) as coverage,
        measures.customer_id is not null and measures.coverage >= {{ var('health_minimum_coverage') }} as is_banded

    from profiles
    left join measures on profiles.customer_id = measures.customer_id and profiles.score_day = measures.score_day
    left join strictest
        on
            profiles.customer_id = strictest.customer_id
            and profiles.score_day = strictest.score_day
            and strictest.place = 1
            and measures.uncapped_score > strictest.max_score

),

-- within day and profile, of those who are banded
equals as (

    select
        score_day,
        config_version,
        profile,
        score,
        count(*) as equal_scores

    from scored
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

),

places as (

    select
        compared.*,
        {{ exact_share('2 * lower_scores + equal_scores', '2 * all_scores', 100) }} as score_percentile

    from compared

),

ranked as (

    select
        scored.*,
        places.health_rank,
        places.score_percentile

    from scored
    left join places
        on
            scored.score_day = places.score_day
            and scored.config_version = places.config_version
            and scored.profile = places.profile
            and case when scored.is_banded then scored.score end = places.score

)

select
    ranked.customer_id,
    ranked.score_day,
    ranked.month_start,
    ranked.config_version,
    ranked.profile,
    ranked.uncapped_score,
    ranked.cap,
    ranked.cap_measure,
    ranked.cap_raw_value,
    ranked.cap_observations,
    ranked.cap_age_days,
    ranked.score,
    ranked.coverage,
    ranked.is_banded,
    case when ranked.is_banded then colours.band else 'insufficient data' end as colour,
    case when ranked.is_banded then letters.band else 'insufficient data' end as letter,
    cast(ranked.health_rank as bigint) as health_rank,
    cast(ranked.score_percentile as decimal(38, 10)) as score_percentile,
    case
        when ranked.score_percentile >= 80 then 1
        when ranked.score_percentile >= 60 then 2
        when ranked.score_percentile >= 40 then 3
        when ranked.score_percentile >= 20 then 4
        when ranked.score_percentile is not null then 5
    end as tier,
    cast(ranked.score - scores_before.score as decimal(38, 10)) as score_change

from ranked
left join scored as scores_before
    on ranked.customer_id = scores_before.customer_id and ranked.month_start = {{ add_months('scores_before.month_start', 1) }}
{% for scheme in ['colour', 'letter'] -%}
left join bands as {{ scheme }}s
    on
        ranked.config_version = {{ scheme }}s.config_version
        and {{ scheme }}s.scheme = '{{ scheme }}'
        and (ranked.score > {{ scheme }}s.lower_exclusive or ({{ scheme }}s.lower_exclusive is null and ranked.score >= 0))
        and ranked.score <= {{ scheme }}s.upper_inclusive
{% endfor %}
