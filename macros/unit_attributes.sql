{#
    The seven attributes of a unit, from a left join to int_customer_spans: (unknown) for a unit that names no customer.

    Argument: prefix, the alias of the spans with its dot.
#}
{% macro unit_attributes(prefix='spans.') -%}
    {%- for name in ('plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm') -%}
        coalesce({{ prefix }}{{ name }}, '(unknown)') as {{ name }}{{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
