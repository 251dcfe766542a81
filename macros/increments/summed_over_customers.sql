{#
    Materialization: sums over tables made by_customer. Every column that is not grouped by is a sum or a count, and `customer_periods` among them
    is count(*).

    A build without an earlier one makes it whole. After that, of what was settled at the last build, what changed customers added is taken out and
    what they add now is put in; the rest is summed anew. Sums of exact numbers come out the same either way.
#}
{% materialization summed_over_customers, default %}
    {% if load_cached_relation(this) is none or not builds_increment() %}
        {{ return(adapter.dispatch('whole_table', 'customer_success')()) }}
    {% endif %}

    {% set summed = relation_in('changed', this) %}
    {% set keys = config.get('meta').grouped_by %}
    {% set columns = adapter.get_columns_in_relation(this) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        create table {{ summed }} as
        select
            {% for column in columns -%}
            {{ column.name if column.name in keys else 'cast(sum(' ~ column.name ~ ') as ' ~ column.data_type ~ ') as ' ~ column.name }}{{ ',' if not loop.last }}
            {% endfor %}
        from (
            select * from {{ this }}
            union all
            select * from ({{ over(sql, 'changed') }}) as made
            union all
            select
                {% for column in columns -%}
                {{ column.name if column.name in keys else '-' ~ column.name }}{{ ',' if not loop.last }}
                {% endfor %}
            from ({{ over(sql, 'retired') }}) as made
        ) as parts
        where not ({{ is_open(config.get('meta').settled_by) }})
        group by {{ keys | join(', ') }}
        having sum(customer_periods) <> 0
        union all
        select * from ({{ over(sql, 'open') }}) as made
        where {{ is_open(config.get('meta').settled_by) }}
    {% endcall %}
    {% call statement('delete') %}
        delete from {{ this }}
    {% endcall %}
    {% call statement('insert') %}
        insert into {{ this }} select * from {{ summed }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# Says of the model that calls it that it is so materialized, by which columns it is grouped, and when its rows are settled. #}
{% macro summed_over_customers(grouped_by, settled_by, changed='int_changed_customers') -%}
    {{ config(materialized='summed_over_customers', meta={'grouped_by': grouped_by, 'settled_by': settled_by}) }}
    {%- if not execute -%}{%- do ref(changed) -%}{%- endif -%}
{%- endmacro %}

{#
    The SQL of this model over the rows that schema `changed`, `retired` or `open` keeps of the tables made by_customer. Of what is settled by nothing
    or otherwise than this model, there is no open part: all of it is read.
#}
{% macro over(sql, schema) %}
    {% set rewritten = namespace(sql=sql) %}
    {% for node in models_read() if node.config.meta.changed %}
        {% if schema != 'open' or node.config.meta.settled_by == config.get('meta').settled_by %}
            {% set rewritten.sql = rewritten.sql | replace(node.relation_name, relation_in(schema, {'identifier': node.alias}) | string) %}
        {% endif %}
    {% endfor %}
    {{ return(rewritten.sql) }}
{% endmacro %}

{# Whether a model reads this one, or a view made_by_customer over it, that needs to know what is taken out. #}
{% macro is_summed() %}
    {# found out by the first that asks, for all of this run #}
    {% if 'summed' not in graph %}
        {% set summed, views = [], [] %}
        {% for id in graph.nodes if id.startswith('model.') %}
            {% set node = graph.nodes[id] %}
            {% if node.config.materialized == 'summed_over_customers' %}
                {% do summed.extend(node.depends_on.nodes) %}
            {% elif node.config.materialized == 'view' and node.config.meta.changed is defined %}
                {% do views.append(node) %}
            {% endif %}
        {% endfor %}
        {% for view in views if view.unique_id in summed %}{% do summed.extend(view.depends_on.nodes) %}{% endfor %}
        {% do graph.update({'summed': summed}) %}
    {% endif %}
    {{ return(model.unique_id in graph.summed) }}
{% endmacro %}
