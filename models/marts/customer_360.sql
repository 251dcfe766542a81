{%- set measures = [
    'latest_nps', 'csat_share', 'open_tickets', 'open_severe_tickets', 'oldest_severe_ticket_days', 'days_past_due', 'usage_trend',
    'days_since_use', 'days_since_touch', 'cancellation_scheduled'
] -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

customers as (

    select * from {{ ref('customers') }}

),

evidence as (

    select * from {{ ref('int_evidence') }}

),

-- of everybody, where scores know only who pays
known as (

    select
        evidence.customer_id,
        max(case when evidence.measure = 'latest_nps' then evidence.age_days end) as nps_age_days,
        max(case when evidence.measure = 'usage_trend' then evidence.observations end) as actions_before,
        {%- for measure in measures %}
        max(case when evidence.measure = '{{ measure }}' then evidence.raw_value end) as {{ measure }}{{ ',' if not loop.last }}
        {%- endfor %}

    from evidence
    inner join as_of on evidence.score_day = as_of.as_of_day
    group by evidence.customer_id

),

-- where a table has no row by the day, nothing is known instead of 0
connected as (

    select
        coalesce((select min(created_date) from {{ ref('stg_support__tickets') }}) <= as_of_day, false)
        and coalesce((select min(changed_date) from {{ ref('stg_support__ticket_status_changes') }}) <= as_of_day, false) as has_tickets,
        coalesce((select min(issued_date) from {{ ref('stg_billing__invoices') }}) <= as_of_day, false) as has_invoices,
        coalesce((select min(occurred_date) from {{ ref('stg_success__csm_touches') }}) <= as_of_day, false) as has_touches

    from as_of

),

mrr_before as (

    select
        pieces.customer_id,
        sum({{ converted('pieces.mrr', 'rates.rate') }}) as mrr

    from {{ ref('int_item_pieces') }} as pieces
    inner join as_of
        on {{ add_days('as_of.as_of_day', -90) }} >= pieces.valid_from and {{ add_days('as_of.as_of_day', -90) }} < pieces.valid_to
    inner join {{ ref('int_state_day_rates') }} as rates on as_of.as_of_day = rates.state_day and pieces.currency = rates.currency
    where pieces.mrr > 0
    group by pieces.customer_id

),

{% for name in ['customer_health', 'int_health_reasons', 'churn_predictions', 'int_customer_contracts'] -%}
{{ name }}_today as (

    select * from {{ ref(name) }}
    where score_day in (select as_of_day from as_of)

),

{% endfor -%}
described as (

    select
        customers.*,
        as_of.as_of_day,
        case
            when customers.is_paying then 'paying'
            when customers.is_paused then 'paused'
            when customers.first_paid_day is not null then 'churned'
            else 'never paid'
        end as state,
        coalesce(mrr_before.mrr, 0) as mrr_90_days_before,
        contracts.tenure_months,
        contracts.next_renewal_day,
        health.score as health_score,
        health.colour as health_band,
        health.letter as health_letter,
        health.coverage as health_coverage,
        health.score_change as health_score_change,
        health.trend as health_trend,
        health.reasons as health_reasons,
        reasons.worst_measure,
        health.effective_score as effective_health_score,
        health.override_reason,
        health.override_expires_on,
        predictions.probability as churn_probability,
        predictions.risk_tier as churn_risk_tier,
        lifetimes.lifetime_value,
        known.latest_nps,
        {{ add_days('as_of.as_of_day', '-known.nps_age_days') }} as latest_nps_day,
        known.nps_age_days,
        known.csat_share,
        case when connected.has_tickets then coalesce(known.open_tickets, 0) end as open_tickets,
        case when connected.has_tickets then coalesce(known.open_severe_tickets, 0) end as open_severe_tickets,
        {{ add_days('as_of.as_of_day', '-cast(known.oldest_severe_ticket_days as integer)') }} as oldest_severe_ticket_day,
        case when connected.has_invoices then cast(coalesce(known.days_past_due, 0) as integer) end as days_past_due,
        {{ add_days('as_of.as_of_day', '-cast(known.days_past_due as integer)') }} as past_due_day,
        known.usage_trend,
        known.actions_before,
        cast(known.days_since_use as integer) as days_since_use,
        cast(known.days_since_touch as integer) as days_since_touch,
        {{ add_days('as_of.as_of_day', '-cast(known.days_since_touch as integer)') }} as last_touch_day,
        known.cancellation_scheduled,
        connected.has_touches

    from customers
    cross join as_of
    cross join connected
    left join known on customers.customer_id = known.customer_id
    left join mrr_before on customers.customer_id = mrr_before.customer_id
    left join int_customer_contracts_today as contracts on customers.customer_id = contracts.customer_id
    left join customer_health_today as health on customers.customer_id = health.customer_id
    left join int_health_reasons_today as reasons on customers.customer_id = reasons.customer_id
    left join churn_predictions_today as predictions on customers.customer_id = predictions.customer_id
    left join {{ ref('customer_lifetime_values') }} as lifetimes on customers.customer_id = lifetimes.customer_id

),

-- the most pressing one
reasoned as (

    select
        described.*,
        case
            when not is_paying then null
            when cancellation_scheduled = 1 then 'cancellation scheduled'
            when days_past_due between 1 and 90 then 'invoice past due'
            when open_severe_tickets > 0 then 'severe ticket open'
            when health_band = 'red' then 'health red'
            when churn_risk_tier = 'high' then 'churn predicted'
            when has_touches and next_renewal_day <= {{ add_days('as_of_day', 90) }} and coalesce(days_since_touch, 30) >= 30
                then 'renewal without touch'
            when usage_trend <= 0.5 and actions_before >= 10 then 'usage falling'
            when has_touches and latest_nps <= 6 and nps_age_days < 90 and coalesce(last_touch_day < latest_nps_day, true)
                then 'detractor without touch'
            when health_band = 'green' and latest_nps >= 9 and nps_age_days < 90 then 'ask for a referral'
        end as next_best_reason_kind

    from described

),

customer_360 as (

    select
        customer_id,
        customer_name,
        as_of_day,
        cast(state as varchar) as state,
        {{ segment_attributes() }},
        mrr,
        cast(mrr_90_days_before as decimal(38, 10)) as mrr_90_days_before,
        cast(mrr - mrr_90_days_before as decimal(38, 10)) as mrr_change,
        first_paid_day,
        tenure_months,
        next_renewal_day,
        health_score,
        health_band,
        health_letter,
        health_coverage,
        health_score_change,
        health_trend,
        health_reasons,
        effective_health_score,
        override_reason,
        override_expires_on,
        churn_probability,
        churn_risk_tier,
        lifetime_value,
        latest_nps,
        latest_nps_day,
        csat_share,
        cast(open_tickets as bigint) as open_tickets,
        cast(open_severe_tickets as bigint) as open_severe_tickets,
        days_past_due,
        usage_trend,
        days_since_use,
        last_touch_day,
        days_since_touch,
        cast(next_best_reason_kind as varchar) as next_best_reason_kind,
        cast(
            case next_best_reason_kind
                when 'cancellation scheduled' then 'Every subscription that pays is cancelled.'
                when 'invoice past due' then 'An invoice was due on ' || cast(past_due_day as varchar) || ' and is not paid.'
                when 'severe ticket open'
                    then
                        'Severe tickets open: ' || cast(cast(open_severe_tickets as bigint) as varchar) || ', the oldest since '
                        || cast(oldest_severe_ticket_day as varchar) || '.'
                when 'health red'
                    then
                        'Health is red at ' || cast(cast(round(health_score, 1) as decimal(18, 1)) as varchar) || ' of 100'
                        || coalesce(', most points lost by ' || worst_measure, '') || '.'
                when 'churn predicted'
                    then
                        'The probability of churn within {{ var('churn_horizon_days') }} days is '
                        || cast(cast(round(100 * churn_probability, 1) as decimal(18, 1)) as varchar) || ' %.'
                when 'renewal without touch'
                    then 'Renewal is on ' || cast(next_renewal_day as varchar) || ', and nobody was in touch for 30 days.'
                when 'usage falling'
                    then
                        'Usage is at ' || cast(cast(round(100 * usage_trend, 0) as bigint) as varchar)
                        || ' % of what it was in the 84 days before.'
                when 'detractor without touch'
                    then
                        'The last NPS answer was ' || cast(cast(round(latest_nps, 0) as bigint) as varchar) || ' on '
                        || cast(latest_nps_day as varchar) || ', and nobody was in touch since.'
                when 'ask for a referral'
                    then
                        'Healthy, and the last NPS answer was ' || cast(cast(round(latest_nps, 0) as bigint) as varchar) || ' on '
                        || cast(latest_nps_day as varchar) || '.'
            end as varchar
        ) as next_best_reason

    from reasoned

)

select * from customer_360
