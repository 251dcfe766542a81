{# A whole number that is the same for equal values, and rarely for others. Argument: list of SQL expressions. #}
{% macro hash_of(values) -%}
    {{ adapter.dispatch('hash_of', 'customer_success')(values) }}
{%- endmacro %}

{% macro duckdb__hash_of(values) -%}
    hash({{ values | join(', ') }})
{%- endmacro %}

{% macro default__hash_of(values) -%}
    hashtextextended(cast(row({{ values | join(', ') }}) as text), 0)
{%- endmacro %}

{# Its own hash of several values passes over nulls; their text as JSON does not. #}
{% macro spark__hash_of(values) -%}
    xxhash64(to_json(array({% for value in values %}cast({{ value }} as varchar){{ ', ' if not loop.last }}{% endfor %})))
{%- endmacro %}
