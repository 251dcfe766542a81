{#
    DuckDB: a view names schema and table alone, not the database that it was made in, so that the file can be renamed, copied, and attached under
    any name.
#}
{% macro duckdb__create_view_as(relation, sql) %}
    {{ return(dbt.duckdb__create_view_as(relation, sql | replace('"' ~ relation.database ~ '".', ''))) }}
{% endmacro %}
