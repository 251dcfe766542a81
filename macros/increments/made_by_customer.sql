{#
    Says of the model that calls it that it is materialized by_customer, when its rows are settled, of how many months before a row is made,
    too, and which list of changed customers comes before it: `{{ "{{" }} made_by_customer(settled_by='score_day', changed='int_changed_evidence') {{ "}}" }}`.
    With as_view, it stays a view that the models made from it read by parts, as they would a table (unchanged_view.sql).
#}
{% macro made_by_customer(settled_by=none, changed='int_changed_customers', months_back=0, as_view=false) -%}
    {{ config(
        materialized='view' if as_view else 'by_customer',
        meta={'settled_by': settled_by, 'changed': changed, 'months_back': months_back}
    ) }}
    {#- once read, the dependency is known; unit tests give no rows of it -#}
    {%- if not execute -%}{%- do ref(changed) -%}{%- endif -%}
{%- endmacro %}
