{#
    Text to typed values; null where the text is not one. Every engine accepts exactly the same texts, since the patterns decide, not the engine's
    own taste. Argument: an SQL expression of type text, already trimmed, blank made null.
#}

{# An instant in UTC (timestamp without zone). A date without a time of day is the start of that local day. #}
{% macro instant_of_text(text) -%}
    {{ adapter.dispatch('instant_of_text', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__instant_of_text(text) -%}
    case
        when length({{ text }}) = 10 and {{ matches(text, date_pattern()) }}
            then {{ local_to_utc('try_cast(' ~ text ~ ' as timestamp)') }}
        when {{ matches(text, timestamp_pattern()) }} then try_cast({{ text }} as timestamp)
        when {{ matches(text, timestamptz_pattern()) }} then cast(try_cast({{ text }} as timestamptz) at time zone 'UTC' as timestamp)
    end
{%- endmacro %}

{% macro default__instant_of_text(text) -%}
    case
        when length({{ text }}) = 10 and {{ matches(text, date_pattern()) }}
            then case when pg_input_is_valid({{ text }}, 'timestamp') then {{ local_to_utc('cast(' ~ text ~ ' as timestamp)') }} end
        when {{ matches(text, timestamp_pattern()) }} then case when pg_input_is_valid({{ text }}, 'timestamp') then cast({{ text }} as timestamp) end
        when {{ matches(text, timestamptz_pattern()) }}
            then case when pg_input_is_valid({{ text }}, 'timestamptz') then cast({{ text }} as timestamptz) at time zone 'UTC' end
    end
{%- endmacro %}

{# The local day. A date without a time of day is that day, whatever the zone. #}
{% macro day_of_text(text) -%}
    case
        when length({{ text }}) = 10 then {{ date_of_text(text) }}
        else cast({{ utc_to_local(instant_of_text(text)) }} as date)
    end
{%- endmacro %}

{% macro date_of_text(text) -%}
    {{ adapter.dispatch('date_of_text', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__date_of_text(text) -%}
    case when {{ matches(text, date_pattern()) }} then try_cast({{ text }} as date) end
{%- endmacro %}

{% macro default__date_of_text(text) -%}
    case when {{ matches(text, date_pattern()) }} and pg_input_is_valid({{ text }}, 'date') then cast({{ text }} as date) end
{%- endmacro %}

{# decimal(38,10): plain digits or with an exponent; more than 10 decimals are rounded, more than 25 digits before the point are no number. #}
{% macro number_of_text(text) -%}
    {{ adapter.dispatch('number_of_text', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__number_of_text(text) -%}
    case when {{ matches(text, number_pattern()) }} then try_cast({{ text }} as decimal(38, 10)) end
{%- endmacro %}

{% macro default__number_of_text(text) -%}
    case when {{ matches(text, number_pattern()) }} and pg_input_is_valid({{ text }}, 'numeric(38,10)') then cast({{ text }} as decimal(38, 10)) end
{%- endmacro %}

{% macro boolean_of_text(text) -%}
    case
        when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{% macro matches(text, pattern) -%}
    {{ text }} ~ '^{{ pattern }}$'
{%- endmacro %}

{% macro date_pattern() -%}[0-9]{4}-[0-9]{2}-[0-9]{2}{%- endmacro %}
{% macro timestamp_pattern() -%}[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?{%- endmacro %}
{% macro timestamptz_pattern() -%}{{ timestamp_pattern() }} ?(Z|[+-][0-9]{2}(:?[0-9]{2})?){%- endmacro %}
{% macro number_pattern() -%}[+-]?([0-9]{1,25}([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?{%- endmacro %}
