{#
    Schemas are named as in the project file (staging, marts ...), without the target's name before them. On PostgreSQL and Spark `make build` writes
    schemas of its own, BUILD_SCHEMA_SUFFIX behind their names, which take the place of the published ones when they are tested.
#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}{{ env_var('BUILD_SCHEMA_SUFFIX', '') if target.type in ('postgres', 'spark') }}
{%- endmacro %}
