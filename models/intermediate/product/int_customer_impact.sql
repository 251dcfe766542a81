with

outcomes as (

    select
        periods.period_type,
        periods.period_start,
        outcomes.*,
        -- of several outcomes of one type and unit the last one counts
        row_number() over (
            partition by periods.period_type, periods.period_start, outcomes.customer_id, outcomes.outcome_type, outcomes.unit
            order by outcomes.measured_at desc, {{ text_order('outcomes.outcome_id') }} desc
        ) as recency_in_kind,
        row_number() over (
            partition by periods.period_type, periods.period_start, outcomes.customer_id
            order by outcomes.measured_at desc, {{ text_order('outcomes.outcome_id') }} desc
        ) as recency

    from {{ ref('int_outcomes') }} as outcomes
    inner join {{ ref('int_period_months') }} as period_months on {{ month_of('outcomes.measured_day') }} = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and outcomes.measured_day >= periods.first_day
    where outcomes.score is not null

),

scores as (

    select
        period_type,
        period_start,
        customer_id,
        {{ rounded_quotient('sum(' ~ scaled('weight', 10) ~ ' * ' ~ scaled('score', 10) ~ ')', 'sum(' ~ scaled('weight', 10) ~ ')') }} as impact_score

    from outcomes
    where recency_in_kind = 1
    group by period_type, period_start, customer_id

)

select
    scores.period_type,
    scores.period_start,
    scores.customer_id,
    scores.impact_score,
    {{ segment_attributes('last_outcomes.') }}

from scores
inner join outcomes as last_outcomes
    on
        scores.period_type = last_outcomes.period_type
        and scores.period_start = last_outcomes.period_start
        and scores.customer_id = last_outcomes.customer_id
        and last_outcomes.recency = 1
-- a type may be given no weight
where scores.impact_score is not null
