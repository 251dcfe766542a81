{#
    Text to typed values; null where the text is not one. Every engine accepts exactly the same texts, since the patterns decide, not the engine's
    own taste. Argument: an SQL expression of type text, already trimmed, blank made null.
#}

{# Any value as text: without the blanks around it, null where nothing is left. #}
{% macro text_of(value) -%}
    {{ adapter.dispatch('text_of', 'customer_success')('cast(' ~ value ~ ' as varchar)') }}
{%- endmacro %}

{% macro default__text_of(text) -%}
    nullif(trim({{ text }}, {{ blanks() | join(' || ') }}), '')
{%- endmacro %}

{% macro spark__text_of(text) -%}
    nullif(btrim({{ text }}, {{ blanks() | join(' || ') }}), '')
{%- endmacro %}

{# Few texts have blanks around them, and to look is ten times as cheap as to trim. All that begins with a blank comes before '!'. #}
{% macro duckdb__text_of(text) -%}
    case
        when {{ text }} < '!' {%- for blank in blanks() %} or ends_with({{ text }}, {{ blank }}) {%- endfor %} then {{ default__text_of(text) }}
        else {{ text }}
    end
{%- endmacro %}

{% macro blanks() -%}
    {{ return(["' '", 'chr(9)', 'chr(10)', 'chr(13)']) }}
{%- endmacro %}

{#
    An instant in UTC (timestamp without zone), to the microsecond; further digits are cut off. A date without a time of day is the start of that
    local day.
#}
{% macro instant_of_text(text) -%}
    case
        when length({{ text }}) = 10 then {{ local_to_utc('cast(' ~ date_of_text(text) ~ ' as timestamp)') }}
        when {{ matches(text, timestamp_pattern()) }} then {{ try_timestamp('substr(' ~ text ~ ', 1, 26)') }}
        when {{ matches(text, timestamp_pattern() ~ ' *' ~ offset_pattern()) }} then {{ timestamp_with_offset(text) }}
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

{% macro spark__date_of_text(text) -%}
    case when {{ matches(text, date_pattern()) }} then try_cast({{ text }} as date) end
{%- endmacro %}

{# A text that looks like a timestamp without zone as one; null where there is no such day. #}
{% macro try_timestamp(text) -%}
    {{ adapter.dispatch('try_timestamp', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__try_timestamp(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}

{% macro default__try_timestamp(text) -%}
    case when pg_input_is_valid({{ text }}, 'timestamp') then cast({{ text }} as timestamp) end
{%- endmacro %}

{% macro spark__try_timestamp(text) -%}
    try_cast({{ text }} as timestamp_ntz)
{%- endmacro %}

{# Local time and offset are read apart, since not every engine reads `10:00Z` or `10:00:00 +0200`. #}
{% macro timestamp_with_offset(text) -%}
    {%- set local_text = "substr(regexp_replace(" ~ text ~ ", ' *" ~ offset_pattern() ~ "$', ''), 1, 26)" -%}
    {%- set offset = "replace(substr(" ~ text ~ ", 11), ' ', '')" -%}
    {%- set digits = "rpad(replace(regexp_replace(" ~ offset ~ ", '^.*[+-]', ''), ':', ''), 4, '0')" -%}
    case
        when upper({{ text }}) like '%Z' then {{ try_timestamp(local_text) }}
        else
            {{ try_timestamp(local_text) }}
            - (case when {{ offset }} like '%-%' then -1 else 1 end)
            * (60 * cast(substr({{ digits }}, 1, 2) as integer) + cast(substr({{ digits }}, 3, 2) as integer)) * interval '1 minute'
    end
{%- endmacro %}

{# decimal(38,10): plain digits or with an exponent; more than 10 decimals are rounded, more than 25 digits before the point are no number. #}
{% macro number_of_text(text) -%}
    {{ adapter.dispatch('number_of_text', 'customer_success')(text) }}
{%- endmacro %}

{% macro duckdb__number_of_text(text) -%}
    case when {{ matches(text, number_pattern()) }} then try_cast({{ text }} as decimal(38, 10)) end
{%- endmacro %}

{% macro default__number_of_text(text) -%}
    cast(
        case when {{ matches(text, number_pattern()) }} and pg_input_is_valid({{ text }}, 'numeric(38,10)') then cast({{ text }} as numeric) end
        as decimal(38, 10)
    )
{%- endmacro %}

{% macro spark__number_of_text(text) -%}
    case when {{ matches(text, number_pattern()) }} then try_cast({{ text }} as decimal(38, 10)) end
{%- endmacro %}

{% macro boolean_of_text(text) -%}
    case
        when lower({{ text }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ text }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{# Whether the whole text is as the pattern says: character classes, groups and counts, which mean the same everywhere. #}
{% macro matches(text, pattern) -%}
    {{ adapter.dispatch('matches', 'customer_success')(text, pattern) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ text }} ~ '^{{ pattern }}$'
{%- endmacro %}

{# (?d): of all that ends a line, a newline alone counts as such, and trimmed texts end in none. #}
{% macro spark__matches(text, pattern) -%}
    ({{ text }} rlike '(?d)^{{ pattern }}$')
{%- endmacro %}

{% macro date_pattern() -%}([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-[0-9]{2}-[0-9]{2}{%- endmacro %}
{% macro timestamp_pattern() -%}{{ date_pattern() }}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?{%- endmacro %}
{% macro offset_pattern() -%}([Zz]|[+-]([01][0-9]|2[0-3])(:?[0-5][0-9])?){%- endmacro %}
{% macro number_pattern() -%}[+-]?([0-9]{1,25}([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})?{%- endmacro %}
