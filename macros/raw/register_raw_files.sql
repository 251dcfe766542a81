{#
    DuckDB only: makes each file of RAW_DATA_DIR a view in schema `raw`, named as the table. A table is one file, NAME.parquet, NAME.csv or
    NAME.csv.gz, or a folder NAME/ of Parquet files. CSV is read as text, with a header line. On every other engine schema `raw` is expected.
#}
{% macro register_raw_files() %}
    {{ return(adapter.dispatch('register_raw_files', 'customer_success')()) }}
{% endmacro %}

{% macro default__register_raw_files() %}{% endmacro %}

{% macro duckdb__register_raw_files() %}
    {% if reads_raw_tables() %}
        {% set folder = (env_var('RAW_DATA_DIR', '') or 'sample_data').rstrip('/') %}
        {% set quoted = folder | replace("'", "''") %}
        {% set files = run_query("select file from glob('" ~ quoted ~ "/*') union all select file from glob('" ~ quoted ~ "/*/*.parquet') order by 1").columns[0].values() %}
        {% if not files %}
            {% do exceptions.raise_compiler_error("RAW_DATA_DIR: no files in " ~ folder ~ ". Expected Parquet or CSV files named as the raw tables (customers.parquet, plans.csv, ...). For the sample company: make sample.") %}
        {% endif %}
        {% do run_query("drop schema if exists raw cascade") %}
        {% do run_query("create schema raw") %}
        {% for node in graph.sources.values() if node.source_name == 'raw' %}
            {% set found = [] %}
            {% for file in files %}
                {% set name = file[(folder ~ '/') | length:] %}
                {% if name == node.name ~ '.parquet' %}
                    {% do found.append("read_parquet('" ~ file | replace("'", "''") ~ "')") %}
                {% elif name in (node.name ~ '.csv', node.name ~ '.csv.gz') %}
                    {% do found.append("read_csv('" ~ file | replace("'", "''") ~ "', header = true, all_varchar = true, quote = '\"', escape = '\"')") %}
                {% elif name.startswith(node.name ~ '/') and found | select('in', ["read_parquet('" ~ quoted ~ "/" ~ node.name ~ "/*.parquet')"]) | list | length == 0 %}
                    {% do found.append("read_parquet('" ~ quoted ~ "/" ~ node.name ~ "/*.parquet')") %}
                {% endif %}
            {% endfor %}
            {% if found | length > 1 %}
                {% do exceptions.raise_compiler_error(folder ~ ": table " ~ node.name ~ " stands in more than one file: " ~ found | join(' and ') ~ ". Expected one.") %}
            {% elif found %}
                {% do run_query("create or replace view raw." ~ node.name ~ " as select * from " ~ found[0]) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{#
    Whether this command needs the raw tables to be looked for. Commands that only compile run the hooks beside the models, not before them, so they see
    what the last build saw; on a new database, `dbt run-operation register_raw_files` comes first.
#}
{% macro reads_raw_tables() %}
    {{ return(execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot', 'retry', 'run-operation')) }}
{% endmacro %}
