{#
    Purchases as so many a year, decimal(38,10): x 12 / months of the period; of an open period x its calendar days / days so far as well.

    Argument: purchases. Reads `periods`, the row of int_periods.
#}
{% macro purchases_of_a_year(purchases) -%}
    {%- set purchases = 'cast(' ~ purchases ~ ' as decimal(18, 0))' -%}
    case
        when periods.is_over then {{ rounded_quotient(scaled(purchases ~ ' * 12', 10), 'periods.months_in_period') }}
        else {{ rounded_quotient(
            scaled(purchases ~ ' * 12', 10) ~ ' * ' ~ days_between('periods.period_start', 'periods.period_end'),
            '(periods.months_in_period * periods.days)'
        ) }}
    end
{%- endmacro %}
