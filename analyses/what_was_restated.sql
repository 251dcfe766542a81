with

revisions as (

    select * from {{ ref('metric_revisions') }}
    where build_id = {{ var('build_id', none) or '(select max(build_id) from ' ~ ref('metric_revisions') ~ ')' }}

),

-- the figure of all, and how many values of segments changed beside it
restated as (

    select
        build_id,
        previous_build_id,
        is_closed,
        period_type,
        period_start,
        metric_name,
        max(case when segment_name = 'all' then old_value end) as old_value,
        max(case when segment_name = 'all' then new_value end) as new_value,
        {{ count_where("segment_name <> 'all'") }} as segment_figures

    from revisions
    group by build_id, previous_build_id, is_closed, period_type, period_start, metric_name

),

causes as (

    select distinct
        changed_tables,
        is_code_changed or are_seeds_changed or are_settings_changed as is_configuration_changed,
        is_as_of_day_changed

    from revisions

)

select
    restated.period_type,
    restated.period_start,
    restated.metric_name,
    restated.old_value,
    restated.new_value,
    restated.new_value - restated.old_value as difference,
    restated.segment_figures,
    restated.is_closed,
    causes.changed_tables,
    causes.is_configuration_changed,
    causes.is_as_of_day_changed,
    previous_builds.built_at as published_at,
    builds.built_at as restated_at

from restated
cross join causes
inner join {{ ref('builds') }} as builds on restated.build_id = builds.build_id
left join {{ ref('builds') }} as previous_builds on restated.previous_build_id = previous_builds.build_id
order by restated.is_closed desc, restated.period_start desc, restated.period_type, restated.metric_name
