{%- set hundred = 'cast(100 as decimal(38, 10))' %}
{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

-- against the customers of the same profile and day of whom as much is known
compared as (

    select
        customer_id,
        score_day,
        measure,
        rank() over (partition by score_day, config_version, profile, measure order by gain) - 1 as worse,
        count(*) over (partition by score_day, config_version, profile, measure, gain) as equal,
        count(*) over (partition by score_day, config_version, profile, measure) as all_values

    from {{ ref('int_health_judgements') }}
    where method = 'percentile' and status = 'ok'

),

scored as (

    select
        judgements.*,
        case
            when judgements.is_penalised then cast(0 as decimal(38, 10))
            when judgements.status <> 'ok' then null
            when judgements.method = 'percentile' then {{ exact_share('2 * compared.worse + compared.equal', '2 * compared.all_values', 100) }}
            when judgements.gain <= 0 then cast(0 as decimal(38, 10))
            when judgements.gain >= judgements.full_gain then {{ hundred }}
            when judgements.method = 'step' then cast(50 as decimal(38, 10))
            else {{ proportion(hundred, 'greatest(least(judgements.gain, judgements.full_gain), 0)', 'judgements.full_gain') }}
        end as normalised_score

    from {{ ref('int_health_judgements') }} as judgements
    left join compared
        on
            judgements.customer_id = compared.customer_id
            and judgements.score_day = compared.score_day
            and judgements.measure = compared.measure

),

counted as (

    select
        scored.*,
        cast({{ scaled('normalised_score', 10) }} as bigint) as score_units

    from scored

),

contributing as (

    select
        counted.*,
        weights.effective_weight,
        coalesce(weights.is_present, false) as is_present,
        coalesce(weights.coverage, 0) as coverage,
        coalesce(weights.weight_share, 0) as weight_share,
        case when weights.is_present then {{ share_of_score('weights.share_units', 'counted.score_units') }} else 0 end as contribution

    from counted
    inner join {{ ref('int_health_mixtures') }} as mixtures
        on counted.customer_id = mixtures.customer_id and counted.score_day = mixtures.score_day
    left join {{ ref('int_health_weights') }} as weights
        on
            mixtures.config_version = weights.config_version
            and mixtures.profile = weights.profile
            and mixtures.presence = weights.presence
            and mixtures.ages = weights.ages
            and counted.measure = weights.measure

)

select
    customer_id,
    score_day,
    month_start,
    config_version,
    profile,
    measure_group,
    measure,
    status,
    is_penalised,
    is_present,
    raw_value,
    observations,
    age_days,
    cast(normalised_score as decimal(38, 10)) as normalised_score,
    effective_weight,
    cast(weight_share as decimal(38, 10)) as weight_share,
    cast(contribution as decimal(38, 10)) as contribution,
    cast(100 * weight_share - contribution as decimal(38, 10)) as points_lost,
    cast(coverage as decimal(38, 10)) as coverage

from contributing
