{#
    JSON text of columns as they came, each as trimmed text, null where blank; the same text on every engine. Argument: columns of raw_contract().
#}
{% macro json_object_of(columns) -%}
    {{ adapter.dispatch('json_object_of', 'customer_success')(columns) }}
{%- endmacro %}

{% macro duckdb__json_object_of(columns) -%}
    cast(json_object({% for column in columns %}'{{ column.name }}', cast({{ column.raw }} as varchar){{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}

{% macro default__json_object_of(columns) -%}
    '{' {% for column in columns %}|| '{{ ',' if not loop.first }}"{{ column.name }}":' || coalesce(cast(to_json(cast({{ column.raw }} as varchar)) as varchar), 'null') {% endfor %}|| '}'
{%- endmacro %}

{% macro spark__json_object_of(columns) -%}
    {%- if columns -%}
    to_json(
        named_struct({% for column in columns %}'{{ column.name }}', cast({{ column.raw }} as varchar){{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'false')
    )
    {%- else -%}
    '{}'
    {%- endif -%}
{%- endmacro %}
