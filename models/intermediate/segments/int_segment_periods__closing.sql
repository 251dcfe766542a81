{%- set amounts = movement_amounts() -%}
{%- set won = ['new_mrr', 'reactivation_mrr', 'resumed_mrr'] -%}
{%- set sums = ['closing_mrr', 'average_mrr', 'monthly_average_mrr', 'committed_mrr', 'invoiced_recurring_revenue', 'invoiced_revenue'] -%}
{%- set counts = {
    'closing_customers': 'closing_mrr > 0',
    'customers_of_class_new': "movement = 'new'",
    'reactivated_customers': "movement = 'reactivation'",
    'resumed_customers': "movement = 'resumed'",
    'new_customers': 'is_first_paid_in_period',
    'joined_and_left_customers': 'is_first_paid_in_period and closing_mrr = 0 and not is_paused_at_closing',
    'contracted_customers': 'closing_mrr > 0 or is_paused_at_closing',
    'served_customers': 'is_served'
} -%}
{%- set users = ['total_users', 'new_users', 'closing_users_of_paying', 'revenue_users'] -%}
with

-- one pass over the customers; the eight segments are cut from its small result
set_sums as (

    select
        period_type,
        period_start,
        closing_set,
        {% for name in won -%}
        sum({{ amounts[name] }}) as {{ name }},
        {% endfor -%}
        {% for name in sums + ['total_users', 'new_users', 'revenue_users'] -%}
        sum({{ name }}) as {{ name }},
        {% endfor -%}
        sum(case when closing_mrr > 0 then total_users else 0 end) as closing_users_of_paying,
        {% for name, condition in counts.items() -%}
        {{ count_where(condition) }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_customer_period_ends') }} as ends
    group by period_type, period_start, closing_set

)

select
    set_sums.period_type,
    set_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    {% for name in won -%}
    cast(coalesce(sum(set_sums.{{ name }}), 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in sums -%}
    cast(sum(set_sums.{{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in users + (counts | list) -%}
    cast(sum(set_sums.{{ name }}) as bigint) as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.closing_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
