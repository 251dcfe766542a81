{# Minutes after midnight of a local time written as HH:MM. #}
{% macro minutes_of(local_time) -%}
    60 * cast(substr(cast({{ local_time }} as varchar), 1, 2) as integer) + cast(substr(cast({{ local_time }} as varchar), 4, 2) as integer)
{%- endmacro %}

{# The join of an instant to the piece of int_business_time in which it lies. Arguments: piece, the alias; instant, an SQL expression. #}
{% macro in_business_piece(piece, instant) -%}
    cast({{ instant }} as date) = {{ piece }}.utc_day and {{ instant }} >= {{ piece }}.starts_at and {{ instant }} < {{ piece }}.ends_at
{%- endmacro %}

{# Business seconds from the begin of the calendar to an instant, once joined to its piece. #}
{% macro business_clock(piece, instant) -%}
    {{ piece }}.open_seconds_before + case when {{ piece }}.is_open then {{ seconds_between(piece ~ '.starts_at', instant) }} else 0 end
{%- endmacro %}
