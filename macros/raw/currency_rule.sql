{#
    The rule that a row's currency breaks, or null: unknown_currency (no code of three letters, or neither the reporting currency nor one with a rate),
    no_exchange_rate (its first rate is later than the day on which the row needs one).

    Arguments: currency, day; in scope, `reporting` (base_billing__reporting_currency) and `first_rates` (base_billing__first_rates) of the currency.
#}
{% macro currency_rule(currency, day) -%}
    case
                        when not {{ is_currency_code(currency) }} then 'unknown_currency'
                        when upper({{ currency }}) = reporting.reporting_currency or reporting.reporting_currency is null then null
                        when first_rates.first_rate_date is null then 'unknown_currency'
                        when first_rates.first_rate_date > {{ day }} then 'no_exchange_rate'
                    end
{%- endmacro %}

{% macro is_currency_code(currency) -%}
    {{ matches('upper(' ~ currency ~ ')', '[A-Z]{3}') }}
{%- endmacro %}

{# The reporting currency that is asked for, as SQL; null where none is. #}
{% macro reporting_currency_variable() -%}
    {{ "cast('" ~ reporting_currency_setting() ~ "' as varchar)" if reporting_currency_setting() else 'cast(null as varchar)' }}
{%- endmacro %}

{#
    The variable reporting_currency, else the environment variable REPORTING_CURRENCY, in capitals; empty where neither is set. The sample company
    reports in USD: what DuckDB reads where no RAW_DATA_DIR is given, elsewhere what BUILD_OF_SAMPLE says is it.
#}
{% macro reporting_currency_setting() %}
    {% set is_sample = not env_var('RAW_DATA_DIR', '') if target.type == 'duckdb' else env_var('BUILD_OF_SAMPLE', '') %}
    {{ return((var('reporting_currency') or env_var('REPORTING_CURRENCY', '') or ('USD' if is_sample else '')) | upper) }}
{% endmacro %}
