{#
    Says of the model that calls it that it is materialized by_customer, when its rows are settled, and which list of changed customers comes before
    it: `{{ "{{" }} made_by_customer(settled_by='score_day', changed='int_changed_evidence') {{ "}}" }}`.
#}
{% macro made_by_customer(settled_by=none, changed='int_changed_customers') -%}
    {{ config(materialized='by_customer', meta={'settled_by': settled_by, 'changed': changed}) }}
    {%- do ref(changed) -%}
{%- endmacro %}
