{#
    The monthly rate at which a period's loss would have come about, each month's loss taken from what is left; null where nobody was there to
    leave or nobody left, since 1 / 0 is no lifetime.

    Arguments: churned, opening (numbers of customers), months (of the period).
#}
{% macro monthly_churn_rate(churned, opening, months) -%}
    nullif(
        case
            when {{ months }} = 1 then cast({{ churned }} as double precision) / nullif({{ opening }}, 0)
            else 1 - power(cast({{ opening }} - {{ churned }} as double precision) / nullif({{ opening }}, 0), cast(1 as double precision) / {{ months }})
        end,
        0
    )
{%- endmacro %}
