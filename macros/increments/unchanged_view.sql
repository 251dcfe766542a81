{# On DuckDB a view of the last build is left as it is: a build that goes on from another has the same models, and a view holds no rows. #}
{% materialization view, adapter='duckdb' %}
    {% if builds_increment() and load_cached_relation(this) is not none %}
        {% do store_result('main', response='unchanged') %}
        {{ return({'relations': [this.incorporate(type='view')]}) }}
    {% endif %}
    {{ return(materialization_view_default()) }}
{% endmaterialization %}
