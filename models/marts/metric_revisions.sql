{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
{%- set key = ['metric_name', 'period_type', 'period_start', 'segment_name', 'segment_value'] -%}
{%- set figures = ['numerator', 'denominator', 'value'] -%}
with

metrics as (

    select * from {{ ref('metrics') }}

),

published as (

    select * from {{ ref('int_published_metrics') }}

),

this_build as (

    select * from {{ ref('int_build_changes') }}

),

closed as (

    select distinct
        metric_name,
        period_type,
        period_start,
        true as is_closed

    from {{ ref('metrics_as_closed') }}
    where build_id < (select build_id from this_build)

),

-- the metrics and periods of which a published figure was not to change
settled as (

    select
        metric_name,
        period_type,
        period_start
    from published
    where is_complete
    union
    select
        metric_name,
        period_type,
        period_start
    from closed

),

compared as (

    select
        {% for name in key -%}
        coalesce(metrics.{{ name }}, published.{{ name }}) as {{ name }},
        {% endfor -%}
        coalesce(metrics.period_end, published.period_end) as period_end,
        published.metric_name is null as has_appeared,
        metrics.metric_name is null as has_gone,
        metrics.is_complete,
        {% for name in figures -%}
        published.{{ name }} as old_{{ name }},
        metrics.{{ name }} as new_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from metrics
    full outer join published
        on {% for name in key %}metrics.{{ name }} = published.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}

),

revised as (

    select * from compared
    where
        has_appeared
        or has_gone
        or {{ figures_differ('new_', 'old_') }}

)

select
    this_build.build_id,
    this_build.built_at as revised_at,
    this_build.previous_build_id,
    cast(revised.metric_name as varchar) as metric_name,
    cast(revised.period_type as varchar) as period_type,
    revised.period_start,
    revised.period_end,
    cast(revised.segment_name as varchar) as segment_name,
    cast(revised.segment_value as varchar) as segment_value,
    cast(case when revised.has_appeared then 'appeared' when revised.has_gone then 'gone' else 'changed' end as varchar) as revision,
    coalesce(closed.is_closed, false) as is_closed,
    revised.is_complete,
    {% for name in figures -%}
    revised.old_{{ name }},
    revised.new_{{ name }},
    {% endfor -%}
    this_build.changed_tables,
    this_build.is_code_changed,
    this_build.are_seeds_changed,
    this_build.are_settings_changed,
    this_build.is_as_of_day_changed

from revised
inner join settled
    on
        revised.metric_name = settled.metric_name
        and revised.period_type = settled.period_type
        and revised.period_start = settled.period_start
left join closed
    on
        revised.metric_name = closed.metric_name
        and revised.period_type = closed.period_type
        and revised.period_start = closed.period_start
cross join this_build
