{#
    The value of the segment that a row of `segments` names: plan, country ... or 'all'. Join every measure to int_segments, group by this.

    Argument: prefix, what stands before the attribute columns: 'opening_', 'closing_', or a table alias with its dot.
#}
{% macro segment_value(prefix='') -%}
    case segments.segment_name
        when 'all' then 'all'
        {%- for name in ('plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm') %}
        when '{{ name }}' then {{ prefix }}{{ name }}
        {%- endfor %}
    end
{%- endmacro %}

{# The seven attributes, comma separated, each with a prefix. #}
{% macro segment_attributes(prefix='') -%}
    {%- for name in ('plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm') -%}
        {{ prefix }}{{ name }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
