{%- set sums = [
    'opening_mrr', 'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'retained_mrr', 'retained_product_mrr',
    'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] -%}
{%- set counts = {
    'opening_customers': 'opening_mrr > 0',
    'retained_customers': 'opening_mrr > 0 and closing_mrr > 0',
    'churned_customers': "movement = 'churn'",
    'involuntary_churned_customers': "movement = 'churn' and is_involuntary_churn",
    'paused_customers': "movement = 'paused'",
    'churned_from_paused_customers': 'is_paused_at_opening and closing_mrr = 0 and not is_paused_at_closing'
} -%}
with

-- one pass over the customers; the eight segments are cut from its small result
attribute_sums as (

    select
        period_type,
        period_start,
        {{ segment_attributes('opening_') }},
        {% for name in sums -%}
        sum({{ name }}) as {{ name }},
        {% endfor -%}
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }},
        {% endfor -%}
        sum(opening_users_of_paying) as opening_users_of_paying

    from {{ ref('int_customer_periods') }}
    group by period_type, period_start, {{ segment_attributes('opening_') }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.opening_') }} as segment_value,
    {% for name in sums -%}
    cast(sum(attribute_sums.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in counts -%}
    cast(sum(attribute_sums.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    cast(sum(attribute_sums.opening_users_of_paying) as bigint) as opening_users_of_paying

from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
