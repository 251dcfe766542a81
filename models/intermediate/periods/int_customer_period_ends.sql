{{ config(materialized='view') }}
with

periods as (

    select
        periods.period_type,
        periods.period_start,
        periods.opening_day,
        periods.closing_day,
        closing_days.months_closed - opening_days.months_closed as months_closed

    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_state_days') }} as opening_days on periods.opening_day = opening_days.state_day
    inner join {{ ref('int_state_days') }} as closing_days on periods.closing_day = closing_days.state_day

),

-- who stands at the close as on the opening day has the same balance, and averages what it pays
ends as (

    select * from {{ ref('int_customer_period_changes') }}

    union all

    select
        periods.period_type,
        periods.period_start,
        balances.customer_id,
        balances.attribute_set,
        balances.attribute_set,
        balances.stands_since,
        balances.stands_since,
        'none',
        balances.is_paying,
        balances.is_paused,
        balances.is_paused,
        false,
        balances.mrr,
        balances.mrr,
        balances.mrr,
        balances.mrr,
        cast(balances.mrr * periods.months_closed as decimal(38, 10)),
        balances.committed_mrr,
        0,
        null

    from periods
    inner join {{ ref('int_customer_balances') }} as balances
        on periods.closing_day = balances.state_day and balances.stands_since <= periods.opening_day

),

invoiced as (

    select * from {{ ref('int_customer_period_invoices') }}

),

users as (

    select * from {{ ref('int_customer_period_users') }}

)

select
    ends.*,
    cast(coalesce(invoiced.invoiced_recurring_revenue, 0) as decimal(38, 10)) as invoiced_recurring_revenue,
    cast(coalesce(invoiced.invoiced_revenue, 0) as decimal(38, 10)) as invoiced_revenue,
    cast(coalesce(users.total_users, 0) as bigint) as total_users,
    cast(coalesce(users.total_users - users.total_users_at_opening, 0) as bigint) as new_users,
    cast(case when ends.closing_mrr > 0 then coalesce(users.revenue_users, 0) else 0 end as bigint) as revenue_users

from ends
left join invoiced
    on
        ends.period_type = invoiced.period_type
        and ends.period_start = invoiced.period_start
        and ends.customer_id = invoiced.customer_id
left join users
    on
        ends.period_type = users.period_type
        and ends.period_start = users.period_start
        and ends.customer_id = users.customer_id
where
    ends.opening_mrr > 0
    or ends.closing_mrr > 0
    or ends.committed_mrr > 0
    or ends.is_paused_at_opening
    or ends.is_paused_at_closing
    or ends.is_served
    or ends.churn_events > 0
    or invoiced.customer_id is not null
    or users.customer_id is not null
