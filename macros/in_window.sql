{#
    Whether a day lies in the window of n days that ends with another day: (until - n, until].

    Arguments: day, until, SQL expressions; days, a whole number.
#}
{% macro in_window(day, until, days) -%}
    {{ until }} >= {{ day }} and {{ until }} < {{ add_days(day, days) }}
{%- endmacro %}

{# Counts (or sums) a / b as decimal(38,10), rounded once; null where b is 0 or null. #}
{% macro exact_share(a, b, times=1) -%}
    {{ proportion('cast(' ~ times ~ ' as decimal(38, 10))', 'cast(' ~ a ~ ' as decimal(38, 10))', 'cast(' ~ b ~ ' as decimal(38, 10))') }}
{%- endmacro %}
