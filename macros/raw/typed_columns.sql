{#
    Columns that come with the type that they are declared with are not taken apart as text. Everything else, floating-point numbers and times with a
    zone included, is read from its text.
#}
{% macro is_typed(type, declared) %}
    {% if declared in ('instant', 'date') %}
        {{ return(type in ('date', 'timestamp', 'timestamp without time zone')) }}
    {% elif declared == 'number' %}
        {% set decimal = modules.re.fullmatch('(?:decimal|numeric)[(]([0-9]+), ?([0-9]+)[)]', type or '') %}
        {{ return(type in ('smallint', 'integer', 'bigint') or (decimal is not none and (decimal.group(1) | int) - (decimal.group(2) | int) <= 28)) }}
    {% endif %}
    {{ return(type == 'boolean' and declared == 'boolean') }}
{% endmacro %}

{# A value of a typed column as what it is declared to be: the UTC instant, the local day, decimal(38,10), boolean. #}
{% macro typed_value(value, declared, type) -%}
    {%- if declared == 'instant' -%}
        {{ local_to_utc('cast(' ~ value ~ ' as timestamp)') if type == 'date' else value }}
    {%- elif declared == 'date' -%}
        {{ value if type == 'date' else 'cast(' ~ utc_to_local(value) ~ ' as date)' }}
    {%- elif declared == 'number' -%}
        cast({{ value }} as decimal(38, 10))
    {%- else -%}
        {{ value }}
    {%- endif -%}
{%- endmacro %}

{# The SQL type of what a column is declared to be. #}
{% macro type_of(declared) %}
    {{ return({'text': 'varchar', 'number': 'decimal(38, 10)', 'boolean': 'boolean', 'date': 'date', 'instant': 'timestamp'}[declared]) }}
{% endmacro %}

{# A trimmed text as what it is declared to be; null where it is no such thing. #}
{% macro value_of_text(text, declared) -%}
    {%- if declared == 'instant' -%}
        {{ instant_of_text(text) }}
    {%- elif declared == 'date' -%}
        {{ day_of_text(text) }}
    {%- elif declared == 'number' -%}
        {{ number_of_text(text) }}
    {%- elif declared == 'boolean' -%}
        {{ boolean_of_text(text) }}
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro %}

{# The local day of an instant. A date without a time of day is that day, whatever the zone. Arguments: instant, what it was read from, and its type. #}
{% macro day_of_instant(instant, value, type) -%}
    {%- if type == 'date' -%}
        {{ value }}
    {%- elif is_typed(type, 'instant') or var('reporting_timezone') == 'UTC' -%}
        cast({{ utc_to_local(instant) }} as date)
    {%- else -%}
        case when length({{ value }}) = 10 then {{ date_of_text(value) }} else cast({{ utc_to_local(instant) }} as date) end
    {%- endif -%}
{%- endmacro %}
