with

measures as (

    select * from {{ ref('health_measures') }}

),

group_weights as (

    select
        config_version,
        profile,
        measure_group,
        max(group_weight) as group_weight,
        sum(weight) as group_measures_weight

    from measures
    group by config_version, profile, measure_group

),

all_weights as (

    select
        config_version,
        profile,
        sum(group_weight) as all_groups_weight

    from group_weights
    group by config_version, profile

)

select
    measures.*,
    cast(group_weights.group_measures_weight as decimal(38, 10)) as group_measures_weight,
    cast(all_weights.all_groups_weight as decimal(38, 10)) as all_groups_weight,
    abs(measures.green_at - measures.red_at) as full_gain,
    cast(
        power(2, row_number() over (partition by measures.config_version, measures.profile order by {{ text_order('measures.measure') }}) - 1) as bigint
    ) as presence_unit,
    evidence_measures.age_unit,
    evidence_measures.value_of_nothing,
    evidence_measures.connected_from

from measures
inner join group_weights
    on
        measures.config_version = group_weights.config_version
        and measures.profile = group_weights.profile
        and measures.measure_group = group_weights.measure_group
inner join all_weights on measures.config_version = all_weights.config_version and measures.profile = all_weights.profile
inner join {{ ref('int_evidence_measures') }} as evidence_measures on measures.measure = evidence_measures.measure
