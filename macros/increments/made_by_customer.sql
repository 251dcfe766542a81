{#
    Says of the model that calls it that it is materialized by_customer, when its rows are settled, whether a row follows from rows of earlier days,
    too, and which list of changed customers comes before it: `{{ "{{" }} made_by_customer(settled_by='score_day', changed='int_changed_evidence') {{ "}}" }}`.
#}
{% macro made_by_customer(settled_by=none, changed='int_changed_customers', looks_back=false) -%}
    {{ config(materialized='by_customer', meta={'settled_by': settled_by, 'changed': changed, 'looks_back': looks_back}) }}
    {#- once read, the dependency is known; unit tests give no rows of it -#}
    {%- if not execute -%}{%- do ref(changed) -%}{%- endif -%}
{%- endmacro %}
