{# A whole number that two rows of a relation share where all their columns are equal, and else by chance alone; its argument is the alias. #}
{% macro row_hash(alias) -%}
    {{ adapter.dispatch('row_hash', 'customer_success')(alias) }}
{%- endmacro %}

{% macro default__row_hash(alias) -%}
    cast(hashtextextended(cast({{ alias }} as text), 0) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__row_hash(alias) -%}
    cast(hash({{ alias }}) as decimal(38, 0))
{%- endmacro %}

{# JSON would leave out what is less than a millisecond. #}
{% macro spark__row_hash(alias) -%}
    cast(xxhash64(to_json(struct({{ alias }}.*), map('timestampNTZFormat', 'yyyy-MM-dd HH:mm:ss.SSSSSS'))) as decimal(38, 0))
{%- endmacro %}
