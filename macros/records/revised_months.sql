{#
    The months of which this build has changed a published figure, as the list of an `in`. Asked for before the query is made, so that it names the
    months, and nothing of the others is read.
#}
{% macro revised_months() -%}
    {%- set months -%}
        select distinct period_start from {{ ref('metric_revisions') }}
        where build_id = (select build_id from {{ ref('int_build_changes') }}) and period_type = 'month'
    {%- endset -%}
    {%- if not execute or ref('metric_revisions').is_cte or load_relation(ref('metric_revisions')) is none -%}
        {{ months }}
    {%- else -%}
        {%- for row in run_query(months).rows -%}cast('{{ row[0] }}' as date), {% endfor -%}cast(null as date)
    {%- endif -%}
{%- endmacro %}
