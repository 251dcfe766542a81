with

configuration as (

    select * from {{ ref('int_health_configuration') }}

),

mixtures as (

    select distinct
        config_version,
        profile,
        presence,
        ages

    from {{ ref('int_health_mixtures') }}

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

)

select
    config_version,
    profile,
    presence,
    ages,
    measure,
    is_present,
    effective_weight,
    weight_share,
    cast({{ scaled('weight_share', 10) }} as bigint) as share_units,
    cast(coverage as decimal(38, 10)) as coverage

from completed
