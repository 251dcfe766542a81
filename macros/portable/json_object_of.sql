{# JSON text of columns of the table alias `raw`, each as trimmed text, null where blank; the same text on every engine. Argument: list of column names. #}
{% macro json_object_of(columns) -%}
    {{ adapter.dispatch('json_object_of', 'customer_success')(columns) }}
{%- endmacro %}

{% macro duckdb__json_object_of(columns) -%}
    cast(json_object({% for column in columns %}'{{ column }}', {{ text_of('raw.' ~ column) }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}

{% macro default__json_object_of(columns) -%}
    '{' {% for column in columns %}|| '{{ ',' if not loop.first }}"{{ column }}":' || coalesce(cast(to_json({{ text_of('raw.' ~ column) }}) as varchar), 'null') {% endfor %}|| '}'
{%- endmacro %}
