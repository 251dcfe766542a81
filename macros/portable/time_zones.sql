{# A UTC instant (timestamp without zone) as local time of reporting_timezone, and back. #}
{% macro utc_to_local(instant) -%}
    {{ instant if var('reporting_timezone') == 'UTC' else "((" ~ instant ~ ") at time zone 'UTC' at time zone '" ~ var('reporting_timezone') ~ "')" }}
{%- endmacro %}

{% macro local_to_utc(local_time) -%}
    {{ local_time if var('reporting_timezone') == 'UTC' else "((" ~ local_time ~ ") at time zone '" ~ var('reporting_timezone') ~ "' at time zone 'UTC')" }}
{%- endmacro %}

{# Today in reporting_timezone. #}
{% macro today() -%}
    cast(now() at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}
