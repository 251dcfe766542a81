{#
    Materialization: a table whose rows of a customer follow from that customer's rows and from small tables about everybody (days, rates, plans).

    A build without an earlier one makes it whole. After that, the same SQL runs over the changed customers alone (int_changed_customers, or what
    meta.changed names), and their rows take the place of the old ones. meta.settled_by names the column that tells when a row is settled; what was not yet settled at the last
    build is made again for every customer:

        none           a row depends on no period
        period         period_type and period_start
        month_start, state_day, closing_day, score_day
        change         opening_since and closing_since: of what lies between two states. Settled once it is there, whether or not a period still asks

    What was made stays apart in schema `changed` (all rows of changed customers) and `open` (all rows that are not settled), and what it replaced
    in `retired`, for the tables that are made from this one.
#}
{% materialization by_customer, default %}
    {% if load_cached_relation(this) is none or not builds_increment() %}
        {{ return(adapter.dispatch('whole_table', 'customer_success')()) }}
    {% endif %}

    {% set settled_by = config.get('meta').settled_by %}
    {% set of_changed_customers = 'customer_id in (select customer_id from ' ~ relation_of(config.get('meta').changed) ~ ')' %}
    {% set changed = relation_in('changed', this) %}
    {% set open = relation_in('open', this) %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        create table {{ changed }} as
        select * from (
            {{ over_changed_customers(sql) }}
        ) as made
        where {{ of_changed_customers }}
    {% endcall %}
    {% if settled_by %}
        {% call statement('open') %}
            create table {{ open }} as
            select * from (
                {{ over_open_periods(sql) }}
            ) as made
            where {{ is_open(settled_by) }}
        {% endcall %}
    {% endif %}
    {% if is_summed() %}
        {% call statement('retired') %}
            create table {{ relation_in('retired', this) }} as
            select * from {{ this }}
            where {{ of_changed_customers }}
        {% endcall %}
    {% endif %}
    {% call statement('delete') %}
        delete from {{ this }}
        {#- what lies between two states is new, or settled #}
        where {{ of_changed_customers }} {{ 'or ' ~ is_open(settled_by) if settled_by and settled_by != 'change' }}
    {% endcall %}
    {% call statement('insert') %}
        insert into {{ this }}
        select * from {{ changed }}
        {% if settled_by %}
        union all
        select * from {{ open }}
        where not ({{ of_changed_customers }})
        {% endif %}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# The table made whole, as materialization table does. #}
{% macro default__whole_table() %}
    {{ return(materialization_table_default()) }}
{% endmacro %}

{% macro spark__whole_table() %}
    {{ return(materialization_table_spark()) }}
{% endmacro %}

{% macro duckdb__whole_table() %}
    {{ return(materialization_table_duckdb()) }}
{% endmacro %}
