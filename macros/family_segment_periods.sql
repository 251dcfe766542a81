{#
    The measures of one metric family, side by side: grain (period, segment). A row stands for every period in segment `all`, and for a segment's
    value where any measure of the family is not zero. A measure without a row is 0.

    Argument: sources, {model: [measures]}; each model has one row a period and segment.
#}
{% macro family_segment_periods(sources) -%}
with

periods as (

    select * from {{ ref('int_periods') }}

),

cells as (

    select period_type, period_start, 'all' as segment_name, 'all' as segment_value from periods
    {%- for model, measures in sources.items() %}
    union
    select period_type, period_start, segment_name, segment_value from {{ ref(model) }}
    where {% for measure in measures %}{{ measure }} <> 0{{ ' or ' if not loop.last }}{% endfor %}
    {%- endfor %}

)

select
    cells.period_type,
    cells.period_start,
    cells.segment_name,
    cells.segment_value,
    {%- for model, measures in sources.items() -%}
        {%- for measure in measures %}
    coalesce({{ model }}.{{ measure }}, 0) as {{ measure }},
        {%- endfor -%}
    {%- endfor %}
    periods.months_in_period,
    periods.days

from cells
inner join periods on cells.period_type = periods.period_type and cells.period_start = periods.period_start
{%- for model in sources %}
left join {{ ref(model) }} as {{ model }}
    on
        cells.period_type = {{ model }}.period_type
        and cells.period_start = {{ model }}.period_start
        and cells.segment_name = {{ model }}.segment_name
        and cells.segment_value = {{ model }}.segment_value
{%- endfor %}
{%- endmacro %}
