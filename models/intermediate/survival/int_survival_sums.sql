{{ summed_over_customers(['state_day', 'attribute_set', 'entry_age', 'exit_age', 'has_churned'], settled_by='state_day') }}
{%- set history_start = history_start_day() -%}
with

closing_days as (

    select closing_day from {{ ref('int_months') }}

),

first_churns as (

    select
        events.customer_id,
        min(events.churn_day) as churn_day

    from {{ ref('int_churn_events') }} as events
    inner join {{ ref('int_first_payments') }} as first_payments on events.customer_id = first_payments.customer_id
    -- a pause that lapsed before anything was paid is no exit
    where not events.is_dropped and events.churn_day > first_payments.first_paid_day
    group by events.customer_id

),

-- who paid before the history starts is seen only from then on, and not at all where the churn lies before it
subjects as (

    select
        first_payments.customer_id,
        first_payments.first_paid_day,
        first_churns.churn_day,
        case
            when first_payments.first_paid_day < {{ history_start }} then {{ months_between('first_payments.first_paid_day', history_start) }} else 0
        end as entry_age

    from {{ ref('int_first_payments') }} as first_payments
    left join first_churns on first_payments.customer_id = first_churns.customer_id
    where first_churns.churn_day is null or first_churns.churn_day >= {{ history_start }}

),

-- as of a closing day: what comes later has not been seen
seen as (

    select
        balances.state_day,
        balances.attribute_set,
        subjects.entry_age,
        {{ months_between('subjects.first_paid_day', 'least(coalesce(subjects.churn_day, closing_days.closing_day), closing_days.closing_day)') }}
            as exit_age,
        coalesce(subjects.churn_day <= closing_days.closing_day, false) as has_churned

    from subjects
    inner join {{ ref('int_customer_balances') }} as balances
        on subjects.customer_id = balances.customer_id and subjects.first_paid_day <= balances.state_day
    inner join closing_days on balances.state_day = closing_days.closing_day

)

select
    state_day,
    attribute_set,
    entry_age,
    exit_age,
    has_churned,
    count(*) as customer_periods

from seen
group by state_day, attribute_set, entry_age, exit_age, has_churned
