{{ config(materialized='view') }}
{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
{%- set money = [
    'opening_mrr', 'closing_mrr', 'closing_mrr_at_opening_rate', 'new_mrr', 'reactivation_mrr', 'resumed_mrr', 'expansion_mrr',
    'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'retained_mrr', 'retained_product_mrr', 'gross_expansion_mrr',
    'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr', 'monthly_average_mrr',
    'committed_mrr', 'invoiced_recurring_revenue', 'invoiced_revenue'
] -%}
{%- set counts = ['total_users', 'opening_users_of_paying', 'closing_users_of_paying', 'revenue_users', 'churn_events'] -%}
with

snapshots as (

    select * from {{ ref('int_customer_periods') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

customer_periods as (

    select
        snapshots.period_type,
        snapshots.period_start,
        snapshots.period_end,
        periods.is_over as is_complete,
        snapshots.customer_id,
        snapshots.movement,
        snapshots.opening_mrr > 0 as is_paying_at_opening,
        snapshots.closing_mrr > 0 as is_paying_at_closing,
        snapshots.is_paused_at_opening,
        snapshots.is_paused_at_closing,
        snapshots.is_first_paid_in_period,
        snapshots.is_served,
        {% for name in money -%}
        snapshots.{{ name }},
        {% endfor -%}
        snapshots.average_mrr,
        {% for name in counts -%}
        cast(snapshots.{{ name }} as bigint) as {{ name }},
        {% endfor -%}
        snapshots.last_churn_day,
        case when snapshots.movement = 'churn' then coalesce(snapshots.churn_reason, '(unknown)') end as churn_reason,
        case when snapshots.movement = 'churn' then snapshots.is_involuntary_churn end as is_involuntary_churn,
        {% for name in attributes -%}
        snapshots.opening_{{ name }},
        snapshots.closing_{{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from snapshots
    inner join periods
        on snapshots.period_type = periods.period_type and snapshots.period_start = periods.period_start

)

select * from customer_periods
where
    is_paused_at_opening
    or is_paused_at_closing
    or is_first_paid_in_period
    or is_served
    {%- for name in money + ['average_mrr'] + counts %}
    or {{ name }} <> 0
    {%- endfor %}
