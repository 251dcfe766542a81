{%- set hundred = 'cast(100 as decimal(38, 10))' -%}
with

configuration as (

    select * from {{ ref('int_health_configuration') }}

),

-- what each measure weighs hangs on which ones are there and how old they are: two whole numbers
mixed as (

    select
        customer_id,
        score_day,
        config_version,
        profile,
        cast(sum(presence) as bigint) as presence,
        cast(sum(ages) as bigint) as ages

    from {{ ref('int_health_judgements') }}
    group by customer_id, score_day, config_version, profile

),

-- few, each of many customers
mixtures as (

    select distinct
        config_version,
        profile,
        presence,
        ages

    from mixed

),

-- what is there, each unfolded from them; what is not there but penalised does not fade
faded as (

    select
        mixtures.*,
        configuration.measure_group,
        configuration.group_weight,
        configuration.measure,
        configuration.weight,
        configuration.group_measures_weight,
        configuration.all_groups_weight,
        case
            when configuration.half_life_days is null or configuration.age_unit = 0 then 1
            else power(
                cast(0.5 as double precision),
                cast(mod({{ integer_quotient('mixtures.ages', 'nullif(configuration.age_unit, 0)') }}, 1000000) as double precision)
                / cast(configuration.half_life_days as double precision)
            )
        end as freshness

    from mixtures
    inner join configuration
        on
            mixtures.config_version = configuration.config_version
            and mixtures.profile = configuration.profile
            and mod({{ integer_quotient('mixtures.presence', 'configuration.presence_unit') }}, 2) = 1

),

weighed as (

    select
        faded.*,
        cast(cast(weight as double precision) * freshness as decimal(38, 10)) as effective_weight

    from faded

),

-- nothing present: sums of 0
grouped as (

    select
        weighed.*,
        sum(effective_weight) over (partition by config_version, profile, presence, ages, measure_group) as present_weight,
        row_number() over (
            partition by config_version, profile, presence, ages, measure_group order by {{ text_order('measure') }}
        ) = 1 as is_first_of_group

    from weighed

),

present as (

    select
        grouped.*,
        present_weight > 0 and group_weight > 0 as is_present,
        sum(case when is_first_of_group and present_weight > 0 then group_weight else 0 end) over (
            partition by config_version, profile, presence, ages
        ) as present_groups_weight

    from grouped

),

shared as (

    select
        present.*,
        case
            when is_present then {{ share_of_whole(
                '(' ~ scaled('group_weight', 10) ~ ' * ' ~ scaled('effective_weight', 10) ~ ')',
                '(' ~ scaled('present_groups_weight', 10) ~ ' * ' ~ scaled('present_weight', 10) ~ ')'
            ) }}
            else cast(0 as decimal(38, 10))
        end as rounded_share,
        case
            when is_present then cast(
                cast(group_weight as double precision) * cast(weight as double precision)
                / (cast(all_groups_weight as double precision) * cast(group_measures_weight as double precision))
                * freshness as decimal(38, 10)
            )
            else cast(0 as decimal(38, 10))
        end as coverage,
        row_number() over (
            partition by config_version, profile, presence, ages, is_present
            order by {{ text_order('measure_group') }} desc, {{ text_order('measure') }} desc
        ) = 1 as is_last

    from present

),

-- the last one has what is left to 1
completed as (

    select
        shared.*,
        cast(
            case
                when is_present and is_last
                    then 1 - sum(case when is_last then 0 else rounded_share end) over (
                        partition by config_version, profile, presence, ages, is_present
                    )
                else rounded_share
            end as decimal(38, 10)
        ) as weight_share

    from shared

),

weights as (

    select
        completed.*,
        cast({{ scaled('weight_share', 10) }} as bigint) as share_units

    from completed

),

-- against the customers of the same profile and day of whom as much is known
compared as (

    select
        judgements.customer_id,
        judgements.score_day,
        judgements.measure,
        rank() over (
            partition by judgements.score_day, judgements.config_version, judgements.profile, judgements.measure order by judgements.gain
        ) - 1 as worse,
        count(*) over (
            partition by judgements.score_day, judgements.config_version, judgements.profile, judgements.measure, judgements.gain
        ) as equal,
        count(*) over (partition by judgements.score_day, judgements.config_version, judgements.profile, judgements.measure) as all_values

    from {{ ref('int_health_judgements') }} as judgements
    inner join configuration
        on
            judgements.config_version = configuration.config_version
            and judgements.profile = configuration.profile
            and judgements.measure = configuration.measure
    where configuration.method = 'percentile' and judgements.status = 'ok'

),

scored as (

    select
        judgements.*,
        configuration.measure_group,
        case
            when judgements.is_penalised then cast(0 as decimal(38, 10))
            when judgements.status <> 'ok' then null
            when configuration.method = 'percentile' then {{ exact_share('2 * compared.worse + compared.equal', '2 * compared.all_values', 100) }}
            when judgements.gain <= 0 then cast(0 as decimal(38, 10))
            when judgements.gain >= configuration.full_gain then {{ hundred }}
            when configuration.method = 'step' then cast(50 as decimal(38, 10))
            else {{ proportion(hundred, 'greatest(least(judgements.gain, configuration.full_gain), 0)', 'configuration.full_gain') }}
        end as normalised_score

    from {{ ref('int_health_judgements') }} as judgements
    inner join configuration
        on
            judgements.config_version = configuration.config_version
            and judgements.profile = configuration.profile
            and judgements.measure = configuration.measure
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
    inner join mixed on counted.customer_id = mixed.customer_id and counted.score_day = mixed.score_day
    left join weights
        on
            mixed.config_version = weights.config_version
            and mixed.profile = weights.profile
            and mixed.presence = weights.presence
            and mixed.ages = weights.ages
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
