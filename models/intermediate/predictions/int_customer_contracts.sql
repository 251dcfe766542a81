{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

billing_intervals as (

    select * from {{ ref('int_billing_intervals') }}

),

churn_events as (

    select
        customer_id,
        churn_day,
        coalesce(lag(churn_day) over (partition by customer_id order by churn_day), cast('0001-01-01' as date)) as churn_day_before

    from {{ ref('int_churn_events') }}
    where not is_dropped

),

terms as (

    select
        score_days.customer_id,
        score_days.score_day,
        min(terms.term_end_date) as term_end_date

    from score_days
    inner join {{ ref('stg_billing__contract_terms') }} as terms
        on
            score_days.customer_id = terms.customer_id
            and score_days.score_day >= terms.term_start_date
            and score_days.score_day < terms.term_end_date
    group by score_days.customer_id, score_days.score_day

),

contracts as (

    select
        score_days.customer_id,
        score_days.score_day,
        score_days.attribute_set,
        score_days.mrr,
        score_days.first_paid_day,
        {{ months_between('score_days.first_paid_day', 'score_days.score_day') }}
        - case
            when
                {{ add_months('score_days.first_paid_day', months_between('score_days.first_paid_day', 'score_days.score_day')) }}
                > score_days.score_day
                then 1
            else 0
        end as tenure_months,
        billing_intervals.billing_months,
        terms.term_end_date,
        churn_events.churn_day

    from score_days
    inner join billing_intervals
        on
            score_days.customer_id = billing_intervals.customer_id
            and score_days.score_day >= billing_intervals.valid_from
            and score_days.score_day < billing_intervals.valid_to
    left join terms
        on score_days.customer_id = terms.customer_id and score_days.score_day = terms.score_day
    -- the first one after the day
    left join churn_events
        on
            score_days.customer_id = churn_events.customer_id
            and score_days.score_day < churn_events.churn_day
            and score_days.score_day >= churn_events.churn_day_before

),

-- where no term says when, a plan of half a year or longer renews on the anniversaries of the first paid day
renewals as (

    select
        contracts.*,
        case
            when term_end_date is not null then term_end_date
            when billing_months >= 6
                then {{ add_months('first_paid_day', '(' ~ integer_quotient('tenure_months', 'billing_months') ~ ' + 1) * billing_months') }}
        end as next_renewal_day

    from contracts

)

select
    customer_id,
    score_day,
    attribute_set,
    mrr,
    tenure_months,
    case
        when tenure_months < 3 then '0-2'
        when tenure_months < 12 then '3-11'
        when tenure_months < 24 then '12-23'
        else '24+'
    end as tenure_band,
    billing_months,
    billing_months >= 6 as is_long_interval,
    next_renewal_day,
    case when next_renewal_day <= {{ add_days('score_day', var('churn_horizon_days')) }} then 1 else 0 end as renewal_due,
    churn_day as next_churn_day

from renewals
