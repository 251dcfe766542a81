{# JSON text of columns of the table alias `raw`, each as text, null where empty; the same text on every engine. Argument: list of column names. #}
{% macro json_object_of(columns) -%}
    '{' {% for column in columns %}|| '{{ ',' if not loop.first }}"{{ column }}":' || coalesce({{ json_text('cast(raw.' ~ column ~ ' as varchar)') }}, 'null') {% endfor %}|| '}'
{%- endmacro %}

{% macro json_text(text) -%}
    cast(to_json({{ text }}) as varchar)
{%- endmacro %}
