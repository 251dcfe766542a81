{# Date arithmetic that stays a date: month ends are clamped (31 January + 1 month = 28 or 29 February). #}
{% macro add_months(day, months) -%}
    cast({{ day }} + ({{ months }}) * interval '1 month' as date)
{%- endmacro %}

{% macro add_days(day, days) -%}
    cast({{ day }} + ({{ days }}) * interval '1 day' as date)
{%- endmacro %}

{# Whole days from a to b (b - a). #}
{% macro days_between(a, b) -%}
    {{ adapter.dispatch('days_between', 'customer_success')(a, b) }}
{%- endmacro %}

{% macro default__days_between(a, b) -%}
    (cast({{ b }} as date) - cast({{ a }} as date))
{%- endmacro %}

{% macro duckdb__days_between(a, b) -%}
    date_diff('day', {{ a }}, {{ b }})
{%- endmacro %}

{# Calendar months from the month of a to the month of b; days of the month play no part. #}
{% macro months_between(a, b) -%}
    cast(
        12 * (extract(year from {{ b }}) - extract(year from {{ a }})) + extract(month from {{ b }}) - extract(month from {{ a }}) as integer
    )
{%- endmacro %}

{% macro month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{# Whole numbers 0 .. up_to (an SQL expression of a scalar query), column `n`. #}
{% macro numbers(up_to) -%}
    {{ adapter.dispatch('numbers', 'customer_success')(up_to) }}
{%- endmacro %}

{% macro default__numbers(up_to) -%}
    select cast(n as integer) as n from generate_series(0, ({{ up_to }})) as series (n)
{%- endmacro %}

{# The day that stands for "no end". #}
{% macro forever() -%}
    cast('9999-12-31' as date)
{%- endmacro %}
