{# The first day of the reported history, as SQL: the variable history_start, or the first day there is. #}
{% macro history_start_day() -%}
    cast('{{ var("history_start") or "0001-01-01" }}' as date)
{%- endmacro %}
