{# Stops the build where several currencies are billed and no variable says in which one to report. Argument: relation of column `currency`. #}
{% macro stop_at_several_currencies(billed) %}
    {% if execute and not var('reporting_currency') and load_relation(billed) %}
        {% set currencies = run_query('select currency from ' ~ billed ~ ' order by 1').columns[0].values() %}
        {% if currencies | length > 1 %}
            {% do exceptions.raise_compiler_error(
                "Several currencies are billed: " ~ currencies | join(', ') ~ ". Set the variable reporting_currency to the one to report in, in dbt_project.yml or by"
                ~ " --vars '{reporting_currency: " ~ currencies[0] ~ "}', and give the rates of the others in raw.exchange_rates."
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}
