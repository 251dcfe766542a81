{{ config(materialized='view') }}
{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
{%- set money = [
    'opening_mrr', 'closing_mrr', 'closing_mrr_at_opening_rate', 'new_mrr', 'reactivation_mrr', 'resumed_mrr', 'expansion_mrr',
    'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'retained_mrr', 'retained_product_mrr', 'gross_expansion_mrr',
    'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr', 'average_mrr',
    'monthly_average_mrr', 'invoiced_recurring_revenue', 'invoiced_revenue', 'committed_mrr'
] %}

select
    movements.period_type,
    movements.period_start,
    periods.period_end,
    movements.customer_id,
    {% for name in attributes -%}
    opening_sets.{{ name }} as opening_{{ name }},
    closing_sets.{{ name }} as closing_{{ name }},
    {% endfor -%}
    movements.movement,
    movements.is_served,
    movements.is_paused_at_opening,
    movements.is_paused_at_closing,
    movements.is_first_paid_in_period,
    {% for name in money -%}
    movements.{{ name }},
    {% endfor -%}
    movements.total_users,
    movements.new_users,
    movements.opening_users_of_paying,
    movements.closing_users_of_paying,
    movements.revenue_users,
    movements.churn_events,
    causes.reason as churn_reason,
    coalesce(causes.is_involuntary, false) as is_involuntary_churn,
    causes.churn_day as last_churn_day

from {{ ref('int_customer_movements') }} as movements
inner join {{ ref('int_periods') }} as periods
    on movements.period_type = periods.period_type and movements.period_start = periods.period_start
inner join {{ ref('int_attribute_sets') }} as opening_sets on movements.opening_set = opening_sets.attribute_set
inner join {{ ref('int_attribute_sets') }} as closing_sets on movements.closing_set = closing_sets.attribute_set
left join {{ ref('int_churn_events') }} as causes
    on movements.customer_id = causes.customer_id and movements.last_churn_day = causes.churn_day
