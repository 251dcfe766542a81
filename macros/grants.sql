{#
    Models say in their YAML who may read them (config.grants). PostgreSQL grants it to those of these roles that are there; `make build` creates them
    where it may. Other engines are granted nothing: DuckDB is a file, which whoever may open may read.
#}
{% macro default__apply_grants(relation, grant_config, should_revoke=True) %}{% endmacro %}

{% macro postgres__apply_grants(relation, grant_config, should_revoke=True) %}
    {% if grant_config %}
        {% set roles = run_query('select rolname from pg_roles').columns[0].values() %}
        {% set present = {} %}
        {% for privilege, grantees in grant_config.items() %}
            {% do present.update({privilege: grantees | select('in', roles) | list}) %}
        {% endfor %}
        {{ dbt.default__apply_grants(relation, present, should_revoke) }}
    {% endif %}
{% endmacro %}
