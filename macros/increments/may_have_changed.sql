{#
    True of a row, as SQL, that may be another one than at the last build: a row of a changed customer, or of a day that was not settled then. In a
    build that goes on from no other, true of every row. For records, which compare what is with what was.

    Arguments: day, the column by which a row is settled; changed, the list of changed customers.
#}
{% macro may_have_changed(day, changed) -%}
    {#- once read, the dependency is known; unit tests give no rows of it -#}
    {%- if not execute -%}{%- do ref(changed) -%}{%- endif -%}
    {%- if builds_increment() -%}
        (customer_id in (select customer_id from {{ relation_of(changed) }}) or {{ is_open(day) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
