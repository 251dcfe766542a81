{%- set amounts = dict(movement_amounts(), opening_mrr='ends.opening_mrr') -%}
{%- set sums = [
    'opening_mrr', 'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'retained_mrr', 'retained_product_mrr',
    'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] -%}
{%- set counts = {
    'opening_customers': 'ends.opening_mrr > 0',
    'retained_customers': 'ends.opening_mrr > 0 and ends.closing_mrr > 0',
    'churned_customers': "ends.movement = 'churn'",
    'involuntary_churned_customers': "ends.movement = 'churn' and causes.is_involuntary",
    'paused_customers': "ends.movement = 'paused'",
    'churned_from_paused_customers':
        'ends.is_paused_at_opening and ends.closing_mrr = 0 and not ends.is_paused_at_closing'
} -%}
with

-- one pass over the customers; the eight segments are cut from its small result
set_sums as (

    select
        ends.period_type,
        ends.period_start,
        ends.opening_set,
        {% for name in sums -%}
        sum({{ amounts[name] }}) as {{ name }},
        {% endfor -%}
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }},
        {% endfor -%}
        sum(case when ends.opening_mrr > 0 then ends.total_users - ends.new_users else 0 end) as opening_users_of_paying

    from {{ ref('int_customer_period_ends') }} as ends
    left join {{ ref('int_customer_changes') }} as changes
        on
            ends.customer_id = changes.customer_id
            and ends.opening_since = changes.opening_since
            and ends.closing_since = changes.closing_since
    left join {{ ref('int_churn_events') }} as causes
        on ends.customer_id = causes.customer_id and ends.last_churn_day = causes.churn_day
    group by ends.period_type, ends.period_start, ends.opening_set

)

select
    set_sums.period_type,
    set_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    {% for name in sums -%}
    cast(coalesce(sum(set_sums.{{ name }}), 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in counts -%}
    cast(sum(set_sums.{{ name }}) as bigint) as {{ name }},
    {% endfor -%}
    cast(sum(set_sums.opening_users_of_paying) as bigint) as opening_users_of_paying

from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.opening_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
