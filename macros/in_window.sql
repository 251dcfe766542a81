{#
    Whether a day lies in the window of n days that ends with another day: (until - n, until].

    Arguments: day, until, SQL expressions; days, a whole number.
#}
{% macro in_window(day, until, days) -%}
    {{ until }} >= {{ day }} and {{ until }} < {{ add_days(day, days) }}
{%- endmacro %}
