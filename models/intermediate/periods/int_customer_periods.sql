{{ config(materialized='view') }}
{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
{%- set counts = ['total_users', 'new_users', 'revenue_users', 'churn_events'] %}

select
    ends.period_type,
    ends.period_start,
    periods.period_end,
    ends.customer_id,
    {% for name in attributes -%}
    opening_sets.{{ name }} as opening_{{ name }},
    closing_sets.{{ name }} as closing_{{ name }},
    {% endfor -%}
    ends.movement,
    ends.is_served,
    ends.is_paused_at_opening,
    ends.is_paused_at_closing,
    ends.is_first_paid_in_period,
    ends.opening_mrr,
    ends.closing_mrr,
    ends.closing_mrr_at_opening_rate,
    {% for name, amount in movement_amounts().items() -%}
    cast(coalesce({{ amount }}, 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    ends.average_mrr,
    ends.monthly_average_mrr,
    ends.committed_mrr,
    ends.invoiced_recurring_revenue,
    ends.invoiced_revenue,
    {% for name in counts -%}
    ends.{{ name }},
    {% endfor -%}
    case when ends.opening_mrr > 0 then ends.total_users - ends.new_users else 0 end as opening_users_of_paying,
    case when ends.closing_mrr > 0 then ends.total_users else 0 end as closing_users_of_paying,
    causes.reason as churn_reason,
    coalesce(causes.is_involuntary, false) as is_involuntary_churn,
    ends.last_churn_day

from {{ ref('int_customer_period_ends') }} as ends
inner join {{ ref('int_periods') }} as periods
    on ends.period_type = periods.period_type and ends.period_start = periods.period_start
inner join {{ ref('int_attribute_sets') }} as opening_sets on ends.opening_set = opening_sets.attribute_set
inner join {{ ref('int_attribute_sets') }} as closing_sets on ends.closing_set = closing_sets.attribute_set
left join {{ ref('int_customer_changes') }} as changes
    on
        ends.customer_id = changes.customer_id
        and ends.opening_since = changes.opening_since
        and ends.closing_since = changes.closing_since
left join {{ ref('int_churn_events') }} as causes
    on ends.customer_id = causes.customer_id and ends.last_churn_day = causes.churn_day
