with

score_days as (

    select * from {{ ref('int_score_days') }}

),

billing_intervals as (

    select * from {{ ref('int_billing_intervals') }}

),

terms as (

    select
        score_days.customer_id,
        score_days.score_day,
        {{ any_true('terms.term_end_date <= ' ~ add_days('score_days.score_day', var('churn_horizon_days'))) }} as is_renewal_due

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
        terms.is_renewal_due

    from score_days
    inner join billing_intervals
        on
            score_days.customer_id = billing_intervals.customer_id
            and score_days.score_day >= billing_intervals.valid_from
            and score_days.score_day < billing_intervals.valid_to
    left join terms
        on score_days.customer_id = terms.customer_id and score_days.score_day = terms.score_day

),

-- where no term says when, a plan of half a year or longer renews on the anniversaries of the first paid day
anniversaries as (

    select
        contracts.*,
        {{ add_months(
            'first_paid_day', '(' ~ integer_quotient('tenure_months', 'billing_months') ~ ' + 1) * billing_months'
        ) }} as next_anniversary

    from contracts

)

select
    customer_id,
    score_day,
    tenure_months,
    billing_months,
    case
        when is_renewal_due then 1
        when is_renewal_due is not null or billing_months < 6 then 0
        when next_anniversary <= {{ add_days('score_day', var('churn_horizon_days')) }} then 1
        else 0
    end as renewal_due

from anniversaries
