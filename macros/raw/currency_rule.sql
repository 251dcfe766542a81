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
    upper({{ currency }}) ~ '^[A-Z]{3}$'
{%- endmacro %}

{# The variable reporting_currency as SQL; null where it is empty. #}
{% macro reporting_currency_variable() -%}
    {{ "cast('" ~ (var('reporting_currency') | upper) ~ "' as varchar)" if var('reporting_currency') else 'cast(null as varchar)' }}
{%- endmacro %}
