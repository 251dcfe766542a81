{# Whether two published figures are not the same: counts and money exactly, what is divided or computed to nine digits. #}
{% macro figures_differ(one, other) -%}
    (
        {{ one }}numerator is distinct from {{ other }}numerator
        or {{ one }}denominator is distinct from {{ other }}denominator
        or ({{ one }}value is null) <> ({{ other }}value is null)
        or coalesce(abs({{ one }}value - {{ other }}value) > 1e-9 * greatest(abs({{ one }}value), abs({{ other }}value)), false)
    )
{%- endmacro %}
