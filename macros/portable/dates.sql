{# Date arithmetic that stays a date: month ends are clamped (31 January + 1 month = 28 or 29 February). #}
{% macro add_months(day, months) -%}
    {{ adapter.dispatch('add_months', 'customer_success')(day, months) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + ({{ months }}) * interval '1 month' as date)
{%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months(cast({{ day }} as date), cast({{ months }} as int))
{%- endmacro %}

{% macro add_days(day, days) -%}
    {{ adapter.dispatch('add_days', 'customer_success')(day, days) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast({{ day }} + ({{ days }}) * interval '1 day' as date)
{%- endmacro %}

{% macro spark__add_days(day, days) -%}
    date_add(cast({{ day }} as date), cast({{ days }} as int))
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

{% macro spark__days_between(a, b) -%}
    datediff({{ b }}, {{ a }})
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

{# The day of the week: 1 Monday to 7 Sunday. #}
{% macro iso_weekday(day) -%}
    {{ adapter.dispatch('iso_weekday', 'customer_success')(day) }}
{%- endmacro %}

{% macro default__iso_weekday(day) -%}
    cast(extract(isodow from {{ day }}) as integer)
{%- endmacro %}

{% macro spark__iso_weekday(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}

{# Whole numbers 0 .. up_to (an SQL expression of a scalar query), column `n`. #}
{% macro numbers(up_to) -%}
    {{ adapter.dispatch('numbers', 'customer_success')(up_to) }}
{%- endmacro %}

{% macro default__numbers(up_to) -%}
    select cast(n as integer) as n from generate_series(0, ({{ up_to }})) as series (n)
{%- endmacro %}

{# A sequence that ends before it begins counts down. #}
{% macro spark__numbers(up_to) -%}
    select n from (
        select
            last_number,
            explode(sequence(0, greatest(last_number, 0))) as n
        from (select cast(({{ up_to }}) as int) as last_number) as bounds
    ) as series
    where n <= last_number
{%- endmacro %}

{# The day that stands for "no end". #}
{% macro forever() -%}
    cast('9999-12-31' as date)
{%- endmacro %}
