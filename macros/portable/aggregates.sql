{# True where any row is. #}
{% macro any_true(condition) -%}
    coalesce(max(case when {{ condition }} then 1 else 0 end), 0) = 1
{%- endmacro %}

{# The number of rows for which a condition holds. #}
{% macro count_where(condition) -%}
    cast(count(case when {{ condition }} then 1 end) as bigint)
{%- endmacro %}
