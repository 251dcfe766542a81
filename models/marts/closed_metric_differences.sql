{%- set key = ['metric_name', 'period_type', 'period_start', 'segment_name', 'segment_value'] -%}
{%- set figures = ['numerator', 'denominator', 'value'] -%}
with

as_closed as (

    select * from {{ ref('metrics_as_closed') }}

),

revisions as (

    select * from {{ ref('metric_revisions') }}
    where is_closed

),

closed_periods as (

    select
        metric_name,
        period_type,
        period_start,
        max(period_end) as period_end,
        max(build_id) as closed_build_id,
        max(closed_at) as closed_at

    from as_closed
    group by metric_name, period_type, period_start

),

-- a value of a segment that was not there when the period was closed stands here, too
current_figures as (

    select metrics.* from {{ ref('metrics') }} as metrics
    inner join closed_periods
        on
            metrics.metric_name = closed_periods.metric_name
            and metrics.period_type = closed_periods.period_type
            and metrics.period_start = closed_periods.period_start

),

compared as (

    select
        {% for name in key -%}
        coalesce(as_closed.{{ name }}, current_figures.{{ name }}) as {{ name }},
        {% endfor -%}
        as_closed.metric_name is null as has_appeared,
        current_figures.metric_name is null as has_gone,
        {% for name in figures -%}
        as_closed.{{ name }} as closed_{{ name }},
        current_figures.{{ name }} as current_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from as_closed
    full outer join current_figures
        on {% for name in key %}as_closed.{{ name }} = current_figures.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}

),

different as (

    select * from compared
    where
        has_appeared
        or has_gone
        or {{ figures_differ('current_', 'closed_') }}

),

-- the last build in which a figure was again what it had been
restored as (

    select
        {% for name in key -%}
        different.{{ name }},
        {% endfor -%}
        max(revisions.build_id) as build_id

    from different
    inner join revisions
        on {% for name in key %}different.{{ name }} = revisions.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    where not {{ figures_differ('new_', 'closed_') }} and different.has_appeared = (revisions.revision = 'gone')
    group by {% for name in key %}different.{{ name }}{{ ', ' if not loop.last }}{% endfor %}

),

beginnings as (

    select
        {% for name in key -%}
        revisions.{{ name }},
        {% endfor -%}
        min(revisions.build_id) as build_id,
        min(revisions.revised_at) as differs_since

    from revisions
    left join restored
        on {% for name in key %}revisions.{{ name }} = restored.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
    where revisions.build_id > coalesce(restored.build_id, 0)
    group by {% for name in key %}revisions.{{ name }}{{ ', ' if not loop.last }}{% endfor %}

)

select
    {% for name in key -%}
    cast(different.{{ name }} as {{ 'date' if name == 'period_start' else 'varchar' }}) as {{ name }},
    {% endfor -%}
    closed_periods.period_end,
    closed_periods.closed_build_id,
    closed_periods.closed_at,
    {% for name in figures -%}
    different.closed_{{ name }},
    different.current_{{ name }},
    {% endfor -%}
    different.current_value - different.closed_value as value_difference,
    beginnings.build_id as differs_since_build_id,
    beginnings.differs_since

from different
inner join closed_periods
    on
        different.metric_name = closed_periods.metric_name
        and different.period_type = closed_periods.period_type
        and different.period_start = closed_periods.period_start
left join beginnings
    on {% for name in key %}different.{{ name }} = beginnings.{{ name }}{{ ' and ' if not loop.last }}{% endfor %}
