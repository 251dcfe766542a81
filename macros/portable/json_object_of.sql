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
    '{' {% for column in columns %}|| '{{ ',' if not loop.first }}"{{ column.name }}":' || coalesce({{ default__json_text(column.raw) }}, 'null') {% endfor %}|| '}'
{%- endmacro %}

{# PostgreSQL writes control characters as \u001f, others as \u001F. A backslash of the text itself, written twice, begins no such character. #}
{% macro default__json_text(value) -%}
    {%- set json = 'cast(to_json(cast(' ~ value ~ ' as varchar)) as varchar)' -%}
    {%- set capital = namespace(sql="replace(" ~ json ~ ", '\\\\', chr(1))") -%}
    {%- for digits in ['0b', '0e', '0f', '1a', '1b', '1c', '1d', '1e', '1f'] -%}
        {%- set capital.sql = "replace(" ~ capital.sql ~ ", '\\u00" ~ digits ~ "', '\\u00" ~ digits | upper ~ "')" -%}
    {%- endfor -%}
    case when position('\u00' in {{ json }}) = 0 then {{ json }} else replace({{ capital.sql }}, chr(1), '\\') end
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
