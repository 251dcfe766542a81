{# A text as its words in small letters, one blank between two: what phrases are looked for in. #}
{% macro words_of(text) -%}
    {{ adapter.dispatch('words_of', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__words_of(text) -%}
    trim(regexp_replace(lower({{ text }}), '[^\p{L}\p{N}]+', ' ', 'g'))
{%- endmacro %}

{% macro default__words_of(text) -%}
    trim(regexp_replace(lower({{ text }}), '[^[:alnum:]]+', ' ', 'g'))
{%- endmacro %}

{% macro spark__words_of(text) -%}
    trim(regexp_replace(lower({{ text }}), '[^\\p{L}\\p{N}]+', ' '))
{%- endmacro %}
