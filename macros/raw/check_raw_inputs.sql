{#
    Before anything is built: says in one error what is wrong with the raw tables and the variables, and in one line a table what the build does
    without the optional tables that are missing or empty.
#}
{% macro check_raw_inputs() %}
    {% if reads_raw_tables() %}
        {% set faults = [] %}
        {% set missing = [] %}
        {% set found = [] %}
        {% for node in graph.sources.values() | sort(attribute='name') if node.source_name == 'raw' %}
            {% set meta = node.config.meta or node.meta %}
            {% set relation = load_relation(source('raw', node.name)) %}
            {% if not relation %}
                {% if meta.required %}
                    {% do faults.append('raw.' ~ node.name ~ ': the table is missing and nothing can be counted without it. Expected ' ~ where_raw_tables_are(node.name) ~ '.') %}
                {% else %}
                    {% do missing.append(node) %}
                {% endif %}
            {% else %}
                {% for column in raw_contract(node.name) if not column.raw_type and not column.optional %}
                    {% do faults.append('raw.' ~ node.name ~ ': column ' ~ column.name ~ ' is missing. Expected ' ~ ('an ' if column.type == 'instant' else 'a ') ~ column.type ~ (' (may be empty)' if column.nullable else '') ~ '.') %}
                {% endfor %}
                {% if run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length == 0 %}
                    {% if meta.required %}
                        {% do faults.append('raw.' ~ node.name ~ ': the table is empty. Expected at least one row.') %}
                    {% else %}
                        {% do missing.append(node) %}
                    {% endif %}
                {% else %}
                    {% do found.append(node.name) %}
                {% endif %}
            {% endif %}
        {% endfor %}
        {% if not var('past_due_counts') and 'subscription_status_changes' not in found %}
            {% do faults.append('past_due_counts=false: raw.subscription_status_changes is needed to tell since when a subscription is past due, and is missing or empty.') %}
        {% endif %}
        {% do faults.extend(variable_faults()) %}
        {% if faults %}
            {% do exceptions.raise_compiler_error("The build cannot start:\n  - " ~ faults | join('\n  - ')) %}
        {% endif %}
        {% do as_of_setting() %}
        {% for node in missing %}
            {% do log('%-36s missing: %s' | format('raw.' ~ node.name, (node.config.meta or node.meta).without_it), info=true) %}
        {% endfor %}
        {% do log((found | length) ~ ' of ' ~ (found | length + missing | length) ~ ' raw tables found: ' ~ found | join(', '), info=true) %}
    {% endif %}
{% endmacro %}

{# Where a raw table is looked for, in words. #}
{% macro where_raw_tables_are(name) %}
    {{ return(adapter.dispatch('where_raw_tables_are', 'customer_success')(name)) }}
{% endmacro %}

{% macro default__where_raw_tables_are(name) %}
    {{ return('a table ' ~ name ~ ' in schema raw') }}
{% endmacro %}

{% macro duckdb__where_raw_tables_are(name) %}
    {{ return(name ~ '.parquet or ' ~ name ~ '.csv in ' ~ (env_var('RAW_DATA_DIR', '') or 'sample_data')) }}
{% endmacro %}
