{#
    Exact arithmetic on money, the same to the last digit on every engine. A quotient of decimals is a floating number on one engine and a numeric
    of some scale on another; a quotient of integers is neither.
#}

{# A decimal as an integer: x times 10^digits, rounded. #}
{% macro scaled(x, digits) -%}
    {{ adapter.dispatch('scaled', 'customer_success')(x, digits) }}
{%- endmacro %}

{# Below 10^5, ten decimals are fewer than the 15 digits that a floating number carries: the way through it is exact, and twenty times as fast. #}
{% macro duckdb__scaled(x, digits) -%}
    {%- if digits == 10 -%}
    case
        when abs({{ x }}) < 100000 then cast(cast(cast({{ x }} as double) * 10000000000 as bigint) as hugeint)
        else cast(({{ x }}) * 10000000000 as hugeint)
    end
    {%- else -%}
    cast(({{ x }}) * {{ 10 ** digits }} as hugeint)
    {%- endif -%}
{%- endmacro %}

{% macro default__scaled(x, digits) -%}
    round(({{ x }}) * {{ 10 ** digits }}, 0)
{%- endmacro %}

{% macro spark__scaled(x, digits) -%}
    cast(round(({{ x }}) * cast({{ 10 ** digits }} as decimal({{ digits + 1 }}, 0)), 0) as decimal(38, 0))
{%- endmacro %}

{# -1, 0 or 1: not every engine's sign is a whole number. #}
{% macro sign_of(x) -%}
    {{ adapter.dispatch('sign_of', 'customer_success')(x) }}
{%- endmacro %}

{% macro default__sign_of(x) -%}
    sign({{ x }})
{%- endmacro %}

{% macro postgres__sign_of(x) -%}
    sign(cast({{ x }} as numeric))
{%- endmacro %}

{% macro spark__sign_of(x) -%}
    cast(sign({{ x }}) as int)
{%- endmacro %}

{# Integers a, b > 0 to decimal(38,10): a / b units of 10^-10, rounded half away from zero. Null where b is 0 or null. #}
{% macro rounded_quotient(a, b) -%}
    cast(
        cast({{ sign_of(a) }} * {{ large_quotient('2 * abs(' ~ a ~ ') + ' ~ b, '2 * nullif(' ~ b ~ ', 0)') }} as decimal(38, 0))
        * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 10)
    )
{%- endmacro %}

{% macro integer_quotient(a, b) -%}
    {{ adapter.dispatch('integer_quotient', 'customer_success')(a, b) }}
{%- endmacro %}

{% macro duckdb__integer_quotient(a, b) -%}
    (({{ a }}) // ({{ b }}))
{%- endmacro %}

{% macro default__integer_quotient(a, b) -%}
    div({{ a }}, {{ b }})
{%- endmacro %}

{#
    Spark's whole quotient has 64 bits. Its decimal one is exact where nothing is left over, and of two numbers of 38 and 25 digits it keeps 26 before
    the point: dividends below 10^38, divisors below 10^25, quotients below 10^26.
#}
{% macro spark__integer_quotient(a, b) -%}
    cast(cast(({{ a }}) - mod({{ a }}, {{ b }}) as decimal(38, 0)) / cast({{ b }} as decimal(25, 0)) as decimal(38, 0))
{%- endmacro %}

{# The same for whole numbers of up to 38 digits, a >= 0 and b > 0. #}
{% macro large_quotient(a, b) -%}
    {{ adapter.dispatch('large_quotient', 'customer_success')(a, b) }}
{%- endmacro %}

{#
    DuckDB divides them bit by bit, but for those of 64 bits. The quotient of floating numbers, up to 10^15, is off by less than one: what it leaves
    tells which way, exactly.
#}
{% macro duckdb__large_quotient(a, b) -%}
    {%- set guess = 'cast(floor(cast(' ~ a ~ ' as double) / cast(' ~ b ~ ' as double)) as hugeint)' -%}
    {%- set rest = '(' ~ a ~ ' - ' ~ guess ~ ' * (' ~ b ~ '))' -%}
    case
        when {{ a }} < 1000000000000000000 and {{ b }} < 1000000000000000000
            then cast(cast({{ a }} as bigint) // cast({{ b }} as bigint) as hugeint)
        when cast({{ a }} as double) < cast({{ b }} as double) * 1e15
            then {{ guess }} + case when {{ rest }} < 0 then -1 when {{ rest }} >= ({{ b }}) then 1 else 0 end
        else ({{ a }}) // ({{ b }})
    end
{%- endmacro %}

{% macro default__large_quotient(a, b) -%}
    {{ integer_quotient(a, b) }}
{%- endmacro %}

{# Money x * y / z (all decimals, z >= 0), rounded once to 10 decimals. Null where z is 0. #}
{% macro proportion(x, y, z) -%}
    {{ rounded_quotient('(' ~ scaled(x, 10) ~ ' * ' ~ scaled(y, 10) ~ ')', scaled(z, 10)) }}
{%- endmacro %}

{# An amount in its currency times a rate, decimals(38,10), rounded to 10 decimals. #}
{% macro converted(amount, rate) -%}
    {{ adapter.dispatch('converted', 'customer_success')(amount, rate) }}
{%- endmacro %}

{# Most rates are 1. #}
{% macro duckdb__converted(amount, rate) -%}
    case
        when {{ rate }} = 1 then cast({{ amount }} as decimal(38, 10))
        else {{ rounded_quotient('(' ~ scaled(amount, 10) ~ ' * ' ~ scaled(rate, 10) ~ ')', 'cast(10000000000 as hugeint)') }}
    end
{%- endmacro %}

{% macro default__converted(amount, rate) -%}
    cast({{ amount }} * {{ rate }} as decimal(38, 10))
{%- endmacro %}

{# A variable that is a number or a fraction ('52/12', 4.345) as [numerator, denominator], whole numbers. #}
{% macro fraction(value) %}
    {% set result = namespace(numerator=1, denominator=1) %}
    {% for part in (value | string).split('/') %}
        {% set digits = part.strip().split('.') %}
        {% set whole = (digits | join('')) | int %}
        {% set power = 10 ** ((digits[1] | length) if digits | length > 1 else 0) %}
        {% if loop.first %}
            {% set result.numerator = result.numerator * whole %}
            {% set result.denominator = result.denominator * power %}
        {% else %}
            {% set result.numerator = result.numerator * power %}
            {% set result.denominator = result.denominator * whole %}
        {% endif %}
    {% endfor %}
    {{ return([result.numerator, result.denominator]) }}
{% endmacro %}

{#
    amount x part / whole, rounded once to 10 decimals, for figures of a whole company: `proportion` would leave the range of whole numbers where
    the product of two amounts passes 10^17. Divides in two steps, whole units first. amount >= 0; part and whole of any sign; null where whole is 0.
#}
{% macro share_of(amount, part, whole) -%}
    {%- set units = integer_quotient(scaled(amount, 10), 10 ** 10) -%}
    {%- set rest = 'mod(' ~ scaled(amount, 10) ~ ', ' ~ 10 ** 10 ~ ')' -%}
    {%- set p = 'abs(' ~ scaled(part, 10) ~ ')' -%}
    {%- set w = 'nullif(abs(' ~ scaled(whole, 10) ~ '), 0)' -%}
    {%- set first = '(' ~ units ~ ' * ' ~ p ~ ')' -%}
    cast(
        cast(
            {{ sign_of(part) }} * {{ sign_of(whole) }} * (
                {{ integer_quotient(first, w) }} * {{ 10 ** 10 }}
                + {{ integer_quotient('2 * (mod(' ~ first ~ ', ' ~ w ~ ') * ' ~ 10 ** 10 ~ ' + ' ~ rest ~ ' * ' ~ p ~ ') + ' ~ w, '2 * ' ~ w) }}
            ) as decimal(38, 0)
        ) * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 10)
    )
{%- endmacro %}

{#
    Integers 0 <= a <= b to a / b as decimal(38,10), rounded half up, five digits at a time: for products of weights, which would leave the range of
    whole numbers if ten were asked for at once. Null where b is 0.
#}
{% macro share_of_whole(a, b) -%}
    {%- set w = 'nullif(' ~ b ~ ', 0)' -%}
    {%- set first = '(' ~ a ~ ' * 100000)' -%}
    cast(
        cast(
            {{ integer_quotient(first, w) }} * 100000
            + {{ integer_quotient('2 * mod(' ~ first ~ ', ' ~ w ~ ') * 100000 + ' ~ w, '2 * ' ~ w) }} as decimal(38, 0)
        ) * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 10)
    )
{%- endmacro %}

{#
    A share of at most 1 times a score of at most 100, both given in whole units of 10^-10 (bigint), as decimal(38,10), rounded half up. Five digits at
    a time, so that no product leaves the range of bigint.
#}
{% macro share_of_score(share_units, score_units) -%}
    {%- set head = integer_quotient(score_units, 100000) -%}
    {%- set tail = 'mod(' ~ score_units ~ ', 100000)' -%}
    cast(
        cast(
            {{ integer_quotient(share_units ~ ' * ' ~ head ~ ' + ' ~ integer_quotient(share_units ~ ' * ' ~ tail, 100000) ~ ' + 50000', 100000) }} as decimal(38, 0)
        ) * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 10)
    )
{%- endmacro %}

{# Counts (or sums) a / b as decimal(38,10), rounded once; null where b is 0 or null. #}
{% macro exact_share(a, b, times=1) -%}
    {{ proportion('cast(' ~ times ~ ' as decimal(38, 10))', 'cast(' ~ a ~ ' as decimal(38, 10))', 'cast(' ~ b ~ ' as decimal(38, 10))') }}
{%- endmacro %}
