select
    states.customer_id,
    state_days.state_day,
    states.stands_since,
    states.attribute_set,
    states.is_paying,
    states.is_paused,
    states.paying_spans,
    states.churn_events,
    states.last_churn_day,
    states.mrr,
    cast(coalesce(committed_mrr.committed_mrr, 0) as decimal(38, 10)) as committed_mrr,
    cast(states.mrr_days_to_date + states.mrr * {{ days_between('states.first_day', 'state_days.state_day') }} as decimal(38, 10))
        as mrr_days_to_date,
    cast(states.monthly_mrr_to_date + states.mrr * (state_days.months_closed - states.months_at_first_day) as decimal(38, 10))
        as monthly_mrr_to_date

from {{ ref('int_customer_states') }} as states
inner join {{ ref('int_state_days') }} as state_days
    on state_days.state_day >= states.first_day and state_days.state_day <= states.last_day
left join {{ ref('int_committed_mrr') }} as committed_mrr
    on states.customer_id = committed_mrr.customer_id and state_days.state_day = committed_mrr.closing_day
