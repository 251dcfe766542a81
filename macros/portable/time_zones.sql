{# A UTC instant (timestamp without zone) as local time of reporting_timezone. #}
{% macro utc_to_local(instant) -%}
    {{ instant if var('reporting_timezone') == 'UTC' else "((" ~ instant ~ ") at time zone 'UTC' at time zone '" ~ var('reporting_timezone') ~ "')" }}
{%- endmacro %}

{# The instant of a local time in a zone (default: reporting_timezone). A time that a clock change skips or repeats is read in standard time. #}
{% macro local_to_utc(local_time, zone=none) -%}
    {%- set zone = zone or var('reporting_timezone') -%}
    {{ local_time if zone == 'UTC' else "((" ~ local_time ~ ") at time zone '" ~ zone ~ "' at time zone 'UTC')" }}
{%- endmacro %}

{# Today in reporting_timezone. #}
{% macro today() -%}
    cast(now() at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}
