{#
    Whether a text column is one of the names of a list variable; false where the list is empty.

    Arguments: column, an SQL expression; names, a list of texts.
#}
{% macro is_named(column, names) -%}
    {%- if names -%}
        {{ column }} in ({% for name in names %}{{ dbt.string_literal(dbt.escape_single_quotes(name | string)) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
