{%- set money = [
    'opening_mrr', 'closing_mrr', 'closing_mrr_at_opening_rate', 'new_mrr', 'reactivation_mrr', 'resumed_mrr', 'expansion_mrr',
    'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'retained_mrr'
] -%}
{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
with

periods as (

    select * from {{ ref('int_periods') }}

),

period_ends as (

    select * from {{ ref('int_customer_period_ends') }}

),

components as (

    select * from {{ ref('int_customer_period_components') }}

),

accrued as (

    select
        period_months.period_type,
        period_months.period_start,
        customer_months.customer_id,
        {{ rounded_quotient(scaled('sum(customer_months.mrr_days)', 10), 'max(periods.days)') }} as average_mrr,
        sum({{ rounded_quotient(scaled('customer_months.mrr_days', 10), days_between('months.first_day', add_days('months.closing_day', 1))) }})
            as monthly_average_mrr,
        sum(customer_months.invoiced_recurring_revenue) as invoiced_recurring_revenue,
        sum(customer_months.invoiced_revenue) as invoiced_revenue

    from {{ ref('int_customer_months') }} as customer_months
    inner join {{ ref('int_months') }} as months on customer_months.month_start = months.month_start
    inner join {{ ref('int_period_months') }} as period_months on customer_months.month_start = period_months.month_start
    inner join periods on period_months.period_type = periods.period_type and period_months.period_start = periods.period_start
    group by period_months.period_type, period_months.period_start, customer_months.customer_id

),

committed as (

    select
        periods.period_type,
        periods.period_start,
        committed_mrr.customer_id,
        committed_mrr.committed_mrr

    from {{ ref('int_committed_mrr') }} as committed_mrr
    inner join periods on committed_mrr.closing_day = periods.closing_day

),

users as (

    select * from {{ ref('int_customer_period_users') }}

),

churn_events as (

    select
        periods.period_type,
        periods.period_start,
        events.customer_id,
        {{ count_where('not events.is_dropped') }} as churn_events,
        max(events.churn_day) as last_churn_day

    from {{ ref('int_churn_events') }} as events
    inner join periods on events.churn_day >= periods.first_day and events.churn_day <= periods.closing_day
    group by periods.period_type, periods.period_start, events.customer_id

),

population as (

    select period_type, period_start, customer_id from period_ends
    union
    select period_type, period_start, customer_id from accrued
    union
    select period_type, period_start, customer_id from committed
    union
    select period_type, period_start, customer_id from users

)

select
    population.period_type,
    population.period_start,
    periods.period_end,
    population.customer_id,
    {% for name in attributes -%}
    opening_days.{{ name }} as opening_{{ name }},
    closing_days.{{ name }} as closing_{{ name }},
    {% endfor -%}
    coalesce(period_ends.movement, 'none') as movement,
    coalesce(period_ends.is_served, false) as is_served,
    coalesce(period_ends.is_paused_at_opening, false) as is_paused_at_opening,
    coalesce(period_ends.is_paused_at_closing, false) as is_paused_at_closing,
    coalesce(period_ends.is_first_paid_in_period, false) as is_first_paid_in_period,
    {% for name in money -%}
    cast(coalesce(period_ends.{{ name }}, 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in ['retained_product_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'] -%}
    cast(coalesce(components.{{ name }}, 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {% for name in ['average_mrr', 'monthly_average_mrr', 'invoiced_recurring_revenue', 'invoiced_revenue'] -%}
    cast(coalesce(accrued.{{ name }}, 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    cast(coalesce(committed.committed_mrr, 0) as decimal(38, 10)) as committed_mrr,
    coalesce(users.total_users, 0) as total_users,
    coalesce(users.total_users - users.total_users_at_opening, 0) as new_users,
    case when period_ends.opening_mrr > 0 then coalesce(users.total_users_at_opening, 0) else 0 end as opening_users_of_paying,
    case when period_ends.closing_mrr > 0 then coalesce(users.total_users, 0) else 0 end as closing_users_of_paying,
    case when period_ends.closing_mrr > 0 then coalesce(users.revenue_users, 0) else 0 end as revenue_users,
    coalesce(churn_events.churn_events, 0) as churn_events,
    causes.reason as churn_reason,
    coalesce(causes.is_involuntary, false) as is_involuntary_churn,
    causes.churn_day as last_churn_day

from population
inner join periods
    on population.period_type = periods.period_type and population.period_start = periods.period_start
left join period_ends
    on
        population.period_type = period_ends.period_type
        and population.period_start = period_ends.period_start
        and population.customer_id = period_ends.customer_id
left join components
    on
        population.period_type = components.period_type
        and population.period_start = components.period_start
        and population.customer_id = components.customer_id
left join accrued
    on
        population.period_type = accrued.period_type
        and population.period_start = accrued.period_start
        and population.customer_id = accrued.customer_id
left join committed
    on
        population.period_type = committed.period_type
        and population.period_start = committed.period_start
        and population.customer_id = committed.customer_id
left join users
    on
        population.period_type = users.period_type
        and population.period_start = users.period_start
        and population.customer_id = users.customer_id
left join churn_events
    on
        population.period_type = churn_events.period_type
        and population.period_start = churn_events.period_start
        and population.customer_id = churn_events.customer_id
left join {{ ref('int_churn_events') }} as causes
    on churn_events.customer_id = causes.customer_id and churn_events.last_churn_day = causes.churn_day
inner join {{ ref('int_customer_days') }} as opening_days
    on population.customer_id = opening_days.customer_id and periods.opening_day = opening_days.state_day
inner join {{ ref('int_customer_days') }} as closing_days
    on population.customer_id = closing_days.customer_id and periods.closing_day = closing_days.state_day
