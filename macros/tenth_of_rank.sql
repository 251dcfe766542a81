{#
    The tenth, 1 to 10, that holds a rank, as ntile(10) has it: rows that do not divide by ten go to the first tenths, one each.

    Argument: rank, an SQL expression. The row has tenth_of_all and rest, the number of all rows divided by ten.
#}
{% macro tenth_of_rank(rank) -%}
    case
        when {{ rank }} <= rest * (tenth_of_all + 1) then {{ integer_quotient('(' ~ rank ~ ') - 1', 'tenth_of_all + 1') }}
        else {{ integer_quotient('(' ~ rank ~ ') - 1 - rest', 'tenth_of_all') }}
    end + 1
{%- endmacro %}
