{# Whether this build goes on from an earlier one: schema `before`, which the build script fills, holds what is to be compared with. #}
{% macro builds_increment() %}
    {{ return(execute and load_relation(relation_in('before', {'identifier': 'int_as_of'})) is not none) }}
{% endmacro %}

{# A model's table as the last build left it; without a last build, no row of the columns given, as SQL. #}
{% macro of_last_build(name, columns) %}
    {%- set table = table_of_last_build(name) if execute else none -%}
    {%- if table is not none -%}
        {{ table }}
    {%- else -%}
        (select {{ columns }} from (select 1 as one) as nothing where false)
    {%- endif -%}
{% endmacro %}

{% macro table_of_last_build(name) %}
    {{ return(adapter.dispatch('table_of_last_build', 'customer_success')(name)) }}
{% endmacro %}

{% macro default__table_of_last_build(name) %}
    {{ return(relation_in('before', {'identifier': name}) if builds_increment() else none) }}
{% endmacro %}

{# On Spark the last build is still there: BUILD_GOES_ON_FROM is what its schemas end in, set where the next one may rest on it. #}
{% macro spark__table_of_last_build(name) %}
    {% if not env_var('BUILD_GOES_ON_FROM', '') %}{{ return(none) }}{% endif %}
    {% set node = model_of(name) %}
    {% set schema = node.schema | replace(env_var('BUILD_SCHEMA_SUFFIX', ''), '') ~ env_var('BUILD_GOES_ON_FROM') %}
    {{ return(adapter.get_relation(database=none, schema=schema, identifier=node.alias)) }}
{% endmacro %}

{# The relation of the same name in another schema. #}
{% macro relation_in(schema, relation) %}
    {{ return(api.Relation.create(database=target.database, schema=schema, identifier=relation.identifier, type='table')) }}
{% endmacro %}

{# The relation of a model that a materialization names. #}
{% macro relation_of(name) %}
    {{ return(model_of(name).relation_name) }}
{% endmacro %}

{# A model as the graph has it. Looked up by its key: to go through all nodes takes dbt a tenth of a second each time. #}
{% macro model_of(name) %}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ name]) }}
{% endmacro %}

{# The as-of day of the last build, as SQL. #}
{% macro last_as_of_day() %}
    {{ return("cast('" ~ run_query('select as_of_day from ' ~ relation_in('before', {'identifier': 'int_as_of'})).rows[0][0] ~ "' as date)") }}
{% endmacro %}

{# True of a row, as SQL, that was not settled at the last build. Its argument: see by_customer. #}
{% macro is_open(settled_by) %}
    {%- set last_as_of_day = last_as_of_day() -%}
    {%- if settled_by == 'period' -%}
        (period_type, period_start) not in (
            select period_type, period_start from {{ relation_of('int_periods') }} where closing_day < {{ last_as_of_day }}
        )
    {%- elif settled_by == 'month_start' -%}
        month_start not in (select month_start from {{ relation_of('int_months') }} where closing_day < {{ last_as_of_day }})
    {%- elif settled_by == 'change' -%}
        (customer_id, opening_since, closing_since) not in (select customer_id, opening_since, closing_since from {{ this }})
    {%- else -%}
        {{ settled_by }} >= {{ last_as_of_day }}
    {%- endif -%}
{% endmacro %}

{# The SQL of this model over the rows of changed customers: what is made_by_customer has them apart, any other is filtered. #}
{% macro over_changed_customers(sql) %}
    {% set list = config.get('meta').changed %}
    {% set rewritten = namespace(sql=sql) %}
    {% for node in models_read() if node.name != list %}
        {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) %}
        {% if node.config.meta.changed == list %}
            {% set rewritten.sql = rewritten.sql | replace(node.relation_name, relation_in('changed', relation) | string) %}
        {% elif 'customer_id' in adapter.get_columns_in_relation(relation) | map(attribute='name') %}
            {% set changed = 'select customer_id from ' ~ relation_of(list) %}
            {% set rewritten.sql = rewritten.sql | replace(
                node.relation_name, '(select * from ' ~ node.relation_name ~ ' where customer_id in (' ~ changed ~ '))'
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(rewritten.sql) }}
{% endmacro %}

{# The SQL of this model over the periods that were not settled at the last build; of a model that looks back, over as many months before them, too. #}
{% macro over_open_periods(sql) %}
    {% set meta = config.get('meta') %}
    {% set calendar = {
        'period': 'int_periods', 'closing_day': 'int_periods', 'month_start': 'int_months', 'state_day': 'int_state_days', 'score_day': 'int_months'
    }.get(meta.settled_by) %}
    {% set parts = ['period', 'change'] if meta.settled_by == 'change' else [meta.settled_by] %}
    {% set rewritten = namespace(sql=sql) %}
    {% for node in models_read() %}
        {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) %}
        {% if meta.months_back and node.config.meta.changed and node.config.meta.settled_by == meta.settled_by %}
            {% set first_day = add_months(month_of(last_as_of_day()), -meta.months_back) %}
            {% set rewritten.sql = rewritten.sql | replace(
                node.relation_name, '(select * from ' ~ node.relation_name ~ ' where ' ~ meta.settled_by ~ ' >= ' ~ first_day ~ ')'
            ) %}
        {% elif node.name == calendar and not meta.months_back %}
            {% set rewritten.sql = rewritten.sql | replace(
                node.relation_name,
                '(select * from ' ~ node.relation_name ~ ' where ' ~ is_open('closing_day' if meta.settled_by == 'score_day' else meta.settled_by) ~ ')'
            ) %}
        {% elif node.config.meta.changed and node.config.meta.settled_by in parts %}
            {% set rewritten.sql = rewritten.sql | replace(node.relation_name, relation_in('open', relation) | string) %}
        {% endif %}
    {% endfor %}
    {{ return(rewritten.sql) }}
{% endmacro %}

{# The models that this one reads. #}
{% macro models_read() %}
    {% set found = [] %}
    {% for id in model.depends_on.nodes if id.startswith('model.') %}{% do found.append(graph.nodes[id]) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}
