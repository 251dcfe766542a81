{{ made_by_customer(settled_by='state_day') }}
with

balances as (

    select
        states.*,
        state_days.state_day,
        state_days.month_days,
        state_days.months_closed - states.months_before as months,
        states.mrr_days_before + states.mrr * ({{ days_between('states.stands_since', 'state_days.state_day') }} + 1) as mrr_days_to_date

    from {{ ref('int_customer_states') }} as states
    inner join {{ ref('int_state_days') }} as state_days
        on state_days.state_day >= states.stands_since and state_days.state_day < states.stands_until

)

select
    balances.customer_id,
    balances.state_day,
    balances.stands_since,
    balances.attribute_set,
    balances.is_paying,
    balances.is_paused,
    balances.paying_spans,
    balances.churn_events,
    balances.last_churn_day,
    balances.mrr,
    cast(coalesce(committed_mrr.committed_mrr, 0) as decimal(38, 10)) as committed_mrr,
    cast(balances.mrr_days_to_date as decimal(38, 10)) as mrr_days_to_date,
    cast(
        case
            when balances.months = 0 then balances.averages_before
            -- since before the only month
            when balances.months = 1 and {{ days_between('balances.stands_since', 'balances.state_day') }} >= balances.month_days
                then balances.averages_before + balances.mrr
            when balances.months = 1
                then
                    balances.averages_before
                    + {{ rounded_quotient(scaled('(balances.mrr_days_to_date - balances.mrr_days_at_mark)', 10), 'balances.month_days') }}
            else balances.averages_before + balances.first_month_average + balances.mrr * (balances.months - 1)
        end as decimal(38, 10)
    ) as monthly_mrr_to_date

from balances
left join {{ ref('int_committed_mrr') }} as committed_mrr
    on balances.customer_id = committed_mrr.customer_id and balances.state_day = committed_mrr.closing_day
