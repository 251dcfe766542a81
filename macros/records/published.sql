{#
    What was published before this build, for the records that say what it changes (int_published_metrics, int_published_customer_periods).

    DuckDB: the database of PUBLISHED_DATABASE, which `make build` sets; it is only read. PostgreSQL: schema `marts`, since `make build` writes
    another one. Where dbt runs alone, schema `published_before`, if there is one: `dbt run-operation keep_published` copies the tables of the last
    build into it, before the next one.
#}
{% macro attach_published() %}
    {{ return(adapter.dispatch('attach_published', 'customer_success')()) }}
{% endmacro %}

{% macro default__attach_published() %}{% endmacro %}

{% macro duckdb__attach_published() %}
    {% if reads_raw_tables() and env_var('PUBLISHED_DATABASE', '') %}
        {% do run_query("attach if not exists '" ~ env_var('PUBLISHED_DATABASE') | replace("'", "''") ~ "' as published_before (read_only)") %}
    {% endif %}
{% endmacro %}

{# Whether a table was published before, and has the columns that are asked for. #}
{% macro was_published(name, columns) %}
    {% set relation = source('published', name) %}
    {% if not execute %}{{ return(false) }}{% endif %}
    {% set found = load_relation(relation) %}
    {% if not found %}{{ return(false) }}{% endif %}
    {% set present = adapter.get_columns_in_relation(found) | map(attribute='name') | map('lower') | list %}
    {{ return(columns | reject('in', present) | list | length == 0) }}
{% endmacro %}

{# Not for DuckDB: the tables of the last build, copied into schema `published_before`. #}
{% macro keep_published() %}
    {% if execute and target.type != 'duckdb' %}
        {% do run_query('create schema if not exists published_before') %}
        {% for name in ('metrics', 'customer_periods') %}
            {% do run_query('drop table if exists published_before.' ~ name) %}
            {% if load_relation(api.Relation.create(database=target.database, schema='marts', identifier=name)) %}
                {% do run_query('create table published_before.' ~ name ~ ' as select * from marts.' ~ name) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}
