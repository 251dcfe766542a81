{# A text to order by: by code point, on every engine. #}
{% macro text_order(text) -%}
    {{ adapter.dispatch('text_order', 'customer_success')(text) }}
{%- endmacro %}

{% macro default__text_order(text) -%}
    {{ text }}
{%- endmacro %}

{% macro postgres__text_order(text) -%}
    {{ text }} collate "C"
{%- endmacro %}
