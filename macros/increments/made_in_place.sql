{#
    Tables and views on DuckDB, made where they are to stand, in one transaction with the drop of what stood there. dbt's own materializations make them
    under another name, rename what is there and then them, and drop what was there, which costs more than most models. Nobody reads the file of a
    build before it is published whole; who runs dbt alone on a published file has the transaction, which holds the drop and the new table together.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(made_in_place('table', create_table_as(False, this.incorporate(type='table'), compiled_code))) }}
{% endmaterialization %}

{% macro made_in_place(type, statement_of_it) %}
    {% set there = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {% if there is not none %}
            drop {{ there.type }} {{ there }};
            {% do adapter.cache_dropped(there) %}
        {% endif %}
        {{ statement_of_it }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do persist_docs(this.incorporate(type=type), model) %}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type=type)]}) }}
{% endmacro %}
