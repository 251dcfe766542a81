{#
    Models say in their YAML what people filter by (config.indexes). PostgreSQL makes indexes of it. DuckDB makes none: it knows the least and the
    greatest value of every block of a column, and would only pay for an index at each build.
#}
{% macro duckdb__create_indexes(relation) %}{% endmacro %}
