-- Each row: a group of measures of the seed health_measures with several group weights, or whose weights are all 0; or a profile whose group weights are.
with

weight_groups as (

    select
        config_version,
        profile,
        measure_group,
        min(group_weight) as least_group_weight,
        max(group_weight) as group_weight,
        sum(weight) as weights

    from {{ ref('health_measures') }}
    group by config_version, profile, measure_group

)

select
    config_version,
    profile,
    measure_group,
    least_group_weight,
    group_weight,
    weights
from weight_groups
where least_group_weight <> group_weight or weights = 0

union all

select
    config_version,
    profile,
    'all',
    min(least_group_weight),
    sum(group_weight),
    sum(weights)
from weight_groups
group by config_version, profile
having sum(group_weight) = 0
