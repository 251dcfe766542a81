{#
    Materialization: a table whose rows of a day follow from the events of that day alone. A build without an earlier one makes it whole; after that,
    the same SQL runs over the days of int_changed_event_days, and their rows take the place of the old ones. Both the events and the table have the
    column occurred_date.
#}
{% materialization by_day, default %}
    {% if load_cached_relation(this) is none or not builds_increment() %}
        {{ return(adapter.dispatch('whole_table', 'customer_success')()) }}
    {% endif %}

    {{ run_hooks(pre_hooks) }}
    {% call statement('delete') %}
        delete from {{ this }}
        where occurred_date in {{ changed_days() }}
    {% endcall %}
    {% call statement('main') %}
        insert into {{ this }}
        {{ over_changed_days(sql) }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{#
    Spark deletes no rows, and a build has schemas of its own: the rows of the other days are taken from the table of the last build, which stays as it
    is.
#}
{% materialization by_day, adapter='spark' %}
    {% set before = table_of_last_build(model.name) %}
    {% if before is none %}
        {{ return(adapter.dispatch('whole_table', 'customer_success')()) }}
    {% endif %}

    {% set columns = adapter.get_columns_in_relation(before) | map(attribute='name') | join(', ') %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {{ create_table_as(false, this, '
            select ' ~ columns ~ ' from ' ~ before ~ '
            where occurred_date not in ' ~ changed_days() ~ '
            union all
            select ' ~ columns ~ ' from (' ~ over_changed_days(sql) ~ ') as made
        ') }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}

{# The days whose events have changed, as SQL. #}
{% macro changed_days() %}
    {{ return('(select occurred_date from ' ~ relation_of('int_changed_event_days') ~ ')') }}
{% endmacro %}

{# The SQL of this model over the events of changed days. #}
{% macro over_changed_days(sql) %}
    {% set rewritten = namespace(sql=sql) %}
    {% for node in models_read() if node.name != 'int_changed_event_days' %}
        {% set rewritten.sql = rewritten.sql | replace(
            node.relation_name, '(select * from ' ~ node.relation_name ~ ' where occurred_date in ' ~ changed_days() ~ ')'
        ) %}
    {% endfor %}
    {{ return(rewritten.sql) }}
{% endmacro %}

{# Says of the model that calls it that it is so materialized. The list of changed days comes before it. #}
{% macro made_by_day() -%}
    {{ config(materialized='by_day') }}
    {%- if not execute -%}{%- do ref('int_changed_event_days') -%}{%- endif -%}
{%- endmacro %}
