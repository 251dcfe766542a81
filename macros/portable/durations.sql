{# Seconds from instant a to instant b (timestamps without zone), to the microsecond, decimal(38,10); negative where b is before a. #}
{% macro seconds_between(a, b) -%}
    {{ adapter.dispatch('seconds_between', 'customer_success')(a, b) }}
{%- endmacro %}

{% macro duckdb__seconds_between(a, b) -%}
    cast(cast(epoch_us({{ b }}) - epoch_us({{ a }}) as decimal(38, 10)) * cast(0.000001 as decimal(7, 6)) as decimal(38, 10))
{%- endmacro %}

{% macro default__seconds_between(a, b) -%}
    cast(extract(epoch from {{ b }}) - extract(epoch from {{ a }}) as decimal(38, 10))
{%- endmacro %}

{% macro spark__seconds_between(a, b) -%}
    cast(
        cast(unix_micros(cast({{ b }} as timestamp_ltz)) - unix_micros(cast({{ a }} as timestamp_ltz)) as decimal(20, 0))
        * cast(0.000001 as decimal(7, 6)) as decimal(38, 10)
    )
{%- endmacro %}
