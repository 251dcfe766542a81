{#
    The models are written in words that DuckDB and PostgreSQL share. Spark has others for a few types, materializes no part of a query, and writes
    tables in its own way: all of it stands here, where statements are made.
#}
{% macro in_words_of_spark(sql) %}
    {% set words = {
        '\\bas not materialized\\b': 'as',
        '\\bas materialized\\b': 'as',
        '\\bas varchar\\b': 'as string',
        '\\bdouble precision\\b': 'double'
    } %}
    {% set rewritten = namespace(sql=sql) %}
    {% for word, other in words.items() %}
        {% set rewritten.sql = modules.re.sub(word, other, rewritten.sql) %}
    {% endfor %}
    {{ return(rewritten.sql) }}
{% endmacro %}

{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') %}
    {{ return(dbt.spark__create_table_as(temporary, relation, in_words_of_spark(compiled_code), language)) }}
{% endmacro %}

{% macro spark__create_view_as(relation, sql) %}
    {{ return(dbt.spark__create_view_as(relation, in_words_of_spark(sql))) }}
{% endmacro %}

{% macro spark__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}
    {{ return(dbt.default__get_test_sql(in_words_of_spark(main_sql), fail_calc, warn_if, error_if, limit)) }}
{% endmacro %}

{# Seeds say of their columns varchar and double precision. #}
{% macro spark__create_csv_table(model, agate_table) %}
    {% do in_types_of_spark(model['config'].get('column_types', {})) %}
    {{ return(dbt.spark__create_csv_table(model, agate_table)) }}
{% endmacro %}

{# Changes the types in place: the rows of the seed are cast to them, too. #}
{% macro in_types_of_spark(column_types) %}
    {% for column, type in column_types.items() | list %}
        {% do column_types.update({column: {'varchar': 'string', 'text': 'string', 'double precision': 'double'}.get(type | lower, type)}) %}
    {% endfor %}
{% endmacro %}

{# The columns that a contract expects, as a query of no row. #}
{% macro spark__get_empty_schema_sql(columns) %}
    {{ return(in_words_of_spark(dbt.default__get_empty_schema_sql(columns))) }}
{% endmacro %}

{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) %}
    listagg({{ measure }}, {{ delimiter_text }}) {% if order_by_clause %}within group ({{ order_by_clause }}){% endif %}
{% endmacro %}

{#
    Large tables are folders, one for each value of a column: meta.parquet_folders in the model's YAML. Spark writes such columns last, and reads no
    more folders than a query asks for.
#}
{% macro spark__partition_cols(label, required=false) %}
    {%- set folders = config.get('meta', {}).get('parquet_folders') -%}
    {{ label ~ ' (' ~ folders | join(', ') ~ ')' if folders }}
{% endmacro %}
