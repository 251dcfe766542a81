{#
    Says of the model that calls it that it is materialized by_customer, and when its rows are settled: `{{ "{{" }} made_by_customer(settled_by='period') {{ "}}" }}`.
    The list of changed customers comes before it.
#}
{% macro made_by_customer(settled_by=none) -%}
    {{ config(materialized='by_customer', meta={'settled_by': settled_by}) }}
    {%- do ref('int_changed_customers') -%}
{%- endmacro %}
