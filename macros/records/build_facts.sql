{#
    What `make build` knows of a build and SQL does not, as it says in BUILD_FACTS (JSON): project_version, git_commit, kind, variables,
    code_fingerprint, seeds_fingerprint, settings_fingerprint, and inputs, the fingerprint of each raw table. Empty where dbt runs alone.
#}
{% macro build_facts() %}
    {{ return(fromjson(env_var('BUILD_FACTS', '')) or {} if execute and env_var('BUILD_FACTS', '') else {}) }}
{% endmacro %}

{# A text as an SQL literal; null where there is none. #}
{% macro text_literal(text) -%}
    cast({{ "'" ~ text | replace("'", "''") ~ "'" if text is not none else 'null' }} as varchar)
{%- endmacro %}
