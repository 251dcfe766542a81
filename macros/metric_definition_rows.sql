{#
    What the YAML files of the metrics say (config.meta.metrics), as a query: one row a metric, ordered by name. Text is quoted, a missing field is
    null of its type.
#}
{% macro metric_definition_rows() -%}
    {%- set fields = {
        'metric_name': 'varchar', 'label': 'varchar', 'family': 'varchar', 'description': 'varchar', 'formula': 'varchar', 'unit': 'varchar',
        'kind': 'varchar', 'adds_over_segments': 'boolean', 'adds_over_periods': 'boolean', 'window_days': 'integer',
        'interval_method': 'varchar', 'better': 'varchar', 'variant_of': 'varchar', 'source': 'varchar', 'owner': 'varchar'
    } -%}
    {%- set rows = [] -%}
    {%- if execute -%}
        {%- for id in graph.nodes if id.startswith('model.' ~ project_name ~ '.') -%}
            {%- for metric in graph.nodes[id].config.meta.get('metrics', []) -%}
                {%- do rows.append(dict(metric, metric_name=metric.name, interval_method=metric.get('interval'))) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    select
        {%- for field, type in fields.items() %}
        cast({{ field }} as {{ type }}) as {{ field }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {%- for row in rows | sort(attribute='metric_name') or [{}] %}
        (
            {%- for field, type in fields.items() %}{{ typed_literal(row.get(field), type) }}{{ ', ' if not loop.last }}{% endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as metrics ({{ fields | join(', ') }})
    {%- if not rows %}
    where false
    {%- endif %}
{%- endmacro %}

{# A value of YAML as a literal of an SQL type. #}
{% macro typed_literal(value, type) -%}
    {%- if value is none -%}
        cast(null as {{ type }})
    {%- elif type == 'varchar' -%}
        cast({{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }} as varchar)
    {%- elif type == 'boolean' -%}
        {{ 'true' if value else 'false' }}
    {%- else -%}
        cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
