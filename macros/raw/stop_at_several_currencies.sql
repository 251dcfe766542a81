{# Stops the build where several currencies are billed and no variable says in which one to report. Argument: relation of column `currency`. #}
{% macro stop_at_several_currencies(billed) %}
    {% if execute and not reporting_currency_setting() and load_relation(billed) %}
        {% set currencies = run_query('select currency from ' ~ billed ~ ' order by 1').columns[0].values() %}
        {% if currencies | length > 1 %}
            {% do exceptions.raise_compiler_error(
                "Several currencies are billed: " ~ currencies | join(', ') ~ ". Say in which one to report: REPORTING_CURRENCY=" ~ currencies[0]
                ~ " in the environment, or the variable reporting_currency in dbt_project.yml. The rates of the others are read from raw.exchange_rates."
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
