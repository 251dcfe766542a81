{#
    Says of the model that calls it that it is materialized by_customer, when its rows are settled, whether a row follows from rows of earlier days,
    too, and which list of changed customers comes before it: `{{ "{{" }} made_by_customer(settled_by='score_day', changed='int_changed_evidence') {{ "}}" }}`.
    With as_view, it stays a view that the models made from it read by parts, as they would a table (unchanged_view.sql).
#}
{% macro made_by_customer(settled_by=none, changed='int_changed_customers', looks_back=false, as_view=false) -%}
    {{ config(
        materialized='view' if as_view else 'by_customer',
        meta={'settled_by': settled_by, 'changed': changed, 'looks_back': looks_back}
    ) }}
    {#- once read, the dependency is known; unit tests give no rows of it -#}
    {%- if not execute -%}{%- do ref(changed) -%}{%- endif -%}
{%- endmacro %}
