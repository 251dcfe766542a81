{# A UTC instant (timestamp without zone) as local time of a zone (default: reporting_timezone). #}
{% macro utc_to_local(instant, zone=none) -%}
    {%- set zone = zone or var('reporting_timezone') -%}
    {{ instant if zone == 'UTC' else adapter.dispatch('utc_to_local', 'customer_success')(instant, zone) }}
{%- endmacro %}

{% macro default__utc_to_local(instant, zone) -%}
    (({{ instant }}) at time zone 'UTC' at time zone '{{ zone }}')
{%- endmacro %}

{% macro spark__utc_to_local(instant, zone) -%}
    convert_timezone('UTC', '{{ zone }}', {{ instant }})
{%- endmacro %}

{# The instant of a local time in a zone (default: reporting_timezone). A time that a clock change skips or repeats is read in standard time. #}
{% macro local_to_utc(local_time, zone=none) -%}
    {%- set zone = zone or var('reporting_timezone') -%}
    {{ local_time if zone == 'UTC' else adapter.dispatch('local_to_utc', 'customer_success')(local_time, zone) }}
{%- endmacro %}

{% macro default__local_to_utc(local_time, zone) -%}
    (({{ local_time }}) at time zone '{{ zone }}' at time zone 'UTC')
{%- endmacro %}

{# Spark reads a repeated time in summer time: the standard one is an hour later, on Lord Howe Island half an hour, and the clock shows the same. #}
{% macro spark__local_to_utc(local_time, zone) -%}
    {%- set first = "convert_timezone('" ~ zone ~ "', 'UTC', " ~ local_time ~ ")" -%}
    case
    {%- for minutes in (60, 30) %}
        when {{ utc_to_local(first ~ " + interval '" ~ minutes ~ "' minute", zone) }} = {{ local_time }}
            then {{ first }} + interval '{{ minutes }}' minute
    {%- endfor %}
        else {{ first }}
    end
{%- endmacro %}

{# Today in reporting_timezone. #}
{% macro today() -%}
    {{ adapter.dispatch('today', 'customer_success')() }}
{%- endmacro %}

{% macro default__today() -%}
    cast(now() at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}

{% macro spark__today() -%}
    cast(from_utc_timestamp(current_timestamp(), '{{ var("reporting_timezone") }}') as date)
{%- endmacro %}
