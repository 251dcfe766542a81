{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
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

)

select
    scored.customer_id,
    scored.score_day,
    scored.month_start,
    scored.config_version,
    scored.profile,
    scored.uncapped_score,
    scored.cap,
    scored.cap_measure,
    scored.cap_raw_value,
    scored.cap_observations,
    scored.cap_age_days,
    scored.score,
    scored.coverage,
    scored.is_banded,
    case when scored.is_banded then colours.band else 'insufficient data' end as colour,
    case when scored.is_banded then letters.band else 'insufficient data' end as letter

from scored
{% for scheme in ['colour', 'letter'] -%}
left join bands as {{ scheme }}s
    on
        scored.config_version = {{ scheme }}s.config_version
        and {{ scheme }}s.scheme = '{{ scheme }}'
        and (scored.score > {{ scheme }}s.lower_exclusive or ({{ scheme }}s.lower_exclusive is null and scored.score >= 0))
        and scored.score <= {{ scheme }}s.upper_inclusive
{% endfor %}
