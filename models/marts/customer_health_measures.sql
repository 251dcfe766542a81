{{ config(materialized='view') }}
{%- set unknown = 'cast(null as decimal(38, 10))' -%}
with

-- each measure of the profile, and the cap that binds
explained as (

    select
        scores.customer_id,
        scores.score_day,
        scores.month_start,
        scores.score_change,
        configuration.measure_group,
        configuration.measure,
        false as is_cap,
        coalesce(measures.status, case when scores.score_day < configuration.connected_from then 'not_connected' else 'missing' end) as status,
        coalesce(measures.is_penalised, false) as is_penalised,
        coalesce(measures.raw_value, configuration.value_of_nothing) as raw_value,
        coalesce(measures.observations, case when configuration.value_of_nothing is not null then 1 else 0 end) as observations,
        coalesce(measures.age_days, case when configuration.value_of_nothing is not null then 0 end) as age_days,
        measures.normalised_score,
        configuration.weight,
        measures.effective_weight,
        coalesce(measures.weight_share, 0) as weight_share,
        coalesce(measures.contribution, 0) as contribution,
        coalesce(measures.points_lost, 0) as points_lost

    from {{ ref('int_health_standings') }} as scores
    inner join {{ ref('int_health_configuration') }} as configuration
        on scores.config_version = configuration.config_version and scores.profile = configuration.profile
    left join {{ ref('int_health_measures') }} as measures
        on
            scores.customer_id = measures.customer_id
            and scores.score_day = measures.score_day
            and configuration.measure = measures.measure

    union all

    select
        customer_id,
        score_day,
        month_start,
        score_change,
        '(cap)',
        cap,
        true,
        'ok',
        false,
        cap_raw_value,
        cap_observations,
        cap_age_days,
        {{ unknown }},
        {{ unknown }},
        {{ unknown }},
        0,
        score - uncapped_score,
        uncapped_score - score

    from {{ ref('int_health_standings') }}
    where cap is not null

),

-- seen from the score day after
before as not materialized (

    select
        customer_id,
        {{ add_months('month_start', 1) }} as month_after,
        measure_group,
        measure,
        false as is_cap,
        contribution

    from {{ ref('int_health_measures') }}

    union all

    select
        customer_id,
        {{ add_months('month_start', 1) }},
        '(cap)',
        cap,
        true,
        score - uncapped_score

    from {{ ref('int_health_standings') }}
    where cap is not null

),

-- what counted and has no place in that one's score
gone as (

    select
        scores.customer_id,
        scores.score_day,
        before.measure_group,
        before.measure,
        before.contribution

    from before
    inner join {{ ref('int_health_standings') }} as scores
        on before.customer_id = scores.customer_id and before.month_after = scores.month_start
    left join {{ ref('int_health_configuration') }} as configuration
        on
            scores.config_version = configuration.config_version
            and scores.profile = configuration.profile
            and before.measure = configuration.measure
    where
        before.contribution <> 0
        and scores.score_change is not null
        and case when before.is_cap then scores.cap is distinct from before.measure else configuration.measure is null end

),

all_rows as (

    select
        explained.customer_id,
        explained.score_day,
        explained.measure_group,
        explained.measure,
        explained.status,
        explained.is_penalised,
        explained.raw_value,
        explained.observations,
        explained.age_days,
        explained.normalised_score,
        explained.weight,
        explained.effective_weight,
        explained.weight_share,
        explained.contribution,
        explained.points_lost,
        losses.points_lost_rank,
        case when explained.score_change is not null then explained.contribution - coalesce(before.contribution, 0) end as contribution_change

    from explained
    left join before
        on
            explained.customer_id = before.customer_id
            and explained.month_start = before.month_after
            and explained.measure = before.measure
            and explained.is_cap = before.is_cap
    left join {{ ref('int_health_losses') }} as losses
        on
            explained.customer_id = losses.customer_id
            and explained.score_day = losses.score_day
            and explained.measure = losses.measure
            and explained.is_cap = losses.is_cap

    union all

    select
        customer_id,
        score_day,
        measure_group,
        measure,
        'gone',
        false,
        {{ unknown }},
        cast(null as bigint),
        cast(null as integer),
        {{ unknown }},
        {{ unknown }},
        {{ unknown }},
        0,
        0,
        0,
        cast(null as bigint),
        -contribution

    from gone

)

select
    customer_id,
    score_day,
    cast(measure_group as varchar) as measure_group,
    cast(measure as varchar) as measure,
    cast(status as varchar) as status,
    is_penalised,
    cast(raw_value as decimal(38, 10)) as raw_value,
    cast(observations as bigint) as observations,
    cast(age_days as integer) as age_days,
    cast(normalised_score as decimal(38, 10)) as normalised_score,
    cast(weight as decimal(38, 10)) as weight,
    cast(effective_weight as decimal(38, 10)) as effective_weight,
    cast(weight_share as decimal(38, 10)) as weight_share,
    cast(contribution as decimal(38, 10)) as contribution,
    cast(points_lost as decimal(38, 10)) as points_lost,
    cast(points_lost_rank as bigint) as points_lost_rank,
    cast(contribution_change as decimal(38, 10)) as contribution_change

from all_rows
