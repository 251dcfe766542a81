{#
    On DuckDB a view of the last build is left as it is: a build that goes on from another has the same models, and a view holds no rows.

    A view made_by_customer gets others of the same name: in schema `changed` the one over the rows of changed customers, in `open` the one over the
    rows that are not settled, in `retired` the one over what was replaced, each over the tables that are apart there. So a model that reads the view
    reads no more of it than of a table.
#}
{% materialization view, adapter='duckdb' %}
    {% if not builds_increment() or load_cached_relation(this) is none %}
        {{ return(made_in_place('view', get_create_view_as_sql(this.incorporate(type='view'), sql))) }}
    {% endif %}

    {% if config.get('meta', {}).changed %}
        {% call statement('changed') %}
            create view {{ relation_in('changed', this) }} as {{ over_changed_customers(sql) }}
        {% endcall %}
        {% call statement('open') %}
            create view {{ relation_in('open', this) }} as {{ over_open_periods(sql) }}
        {% endcall %}
        {% if is_summed() %}
            {% call statement('retired') %}
                create view {{ relation_in('retired', this) }} as {{ over(sql, 'retired') }}
            {% endcall %}
        {% endif %}
        {% do adapter.commit() %}
    {% endif %}
    {% do store_result('main', response='unchanged') %}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}
