with

score_days as (

    select * from {{ ref('int_score_days') }}

),

item_states as (

    select * from {{ ref('int_item_states') }}
    where mrr > 0

),

-- a week or a day is a fraction of a month, and no interval is shorter than one
plan_intervals as (

    select
        plan_id,
        greatest(
            1,
            case billing_interval
                when 'month' then cast(interval_count as bigint)
                when 'year' then cast(interval_count as bigint) * 12
                {%- for interval, months in (('week', fraction(var('week_to_month'))), ('day', fraction(var('day_to_month')))) %}
                when '{{ interval }}'
                    then {{ integer_quotient(
                        '2 * cast(interval_count as bigint) * ' ~ months[1] ~ ' + ' ~ months[0], 2 * months[0]
                    ) }}
                {%- endfor %}
            end
        ) as billing_months

    from {{ ref('stg_billing__plans') }}

),

items as (

    select
        score_days.customer_id,
        score_days.score_day,
        plan_intervals.billing_months,
        row_number() over (
            partition by score_days.customer_id, score_days.score_day
            order by item_states.mrr desc, plan_intervals.billing_months desc, {{ text_order('item_states.item_version_id') }}
        ) as item_rank

    from score_days
    inner join item_states
        on score_days.customer_id = item_states.customer_id and score_days.score_day = item_states.state_day
    inner join {{ ref('int_item_versions') }} as versions on item_states.item_version_id = versions.item_version_id
    inner join plan_intervals on versions.plan_id = plan_intervals.plan_id

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
        cast(coalesce(items.billing_months, 1) as integer) as billing_months,
        terms.is_renewal_due

    from score_days
    left join items
        on score_days.customer_id = items.customer_id and score_days.score_day = items.score_day and items.item_rank = 1
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
