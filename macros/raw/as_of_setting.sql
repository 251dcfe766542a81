{# The last day reported as set by AS_OF or the variable as_of, as YYYY-MM-DD; empty where neither is. What is no day stops the build. #}
{% macro as_of_setting() %}
    {% set variable = var('as_of') %}
    {% set setting = (env_var('AS_OF', '') or ((variable | string) if variable else '')) | trim %}
    {% if execute and setting and not is_day(setting) %}
        {% do exceptions.raise_compiler_error("AS_OF (or the variable as_of) is '" ~ setting ~ "', which is no day. Expected YYYY-MM-DD, such as 2026-03-31.") %}
    {% endif %}
    {{ return(setting) }}
{% endmacro %}

{# Whether a text is a day of the calendar, YYYY-MM-DD. #}
{% macro is_day(text) %}
    {% if not modules.re.fullmatch('[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', text) %}{{ return(false) }}{% endif %}
    {% set parts = text.split('-') %}
    {% set first = modules.datetime.date(parts[0] | int, parts[1] | int, 1) %}
    {{ return((first + modules.datetime.timedelta(days=(parts[2] | int) - 1)).month == first.month) }}
{% endmacro %}
