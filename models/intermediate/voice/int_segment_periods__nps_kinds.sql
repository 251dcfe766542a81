with

answers as (

    select
        periods.period_type,
        periods.period_start,
        answers.survey_kind,
        count(*) as nps_answers,
        {{ count_where('answers.vote = 100') }} as promoters,
        {{ count_where('answers.vote = 0') }} as passives,
        {{ count_where('answers.vote = -100') }} as detractors,
        {{ count_where('answers.has_comment') }} as commented_nps_answers

    from {{ ref('int_survey_answers') }} as answers
    inner join {{ ref('int_period_months') }} as period_months on answers.answer_month = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and answers.answer_day >= periods.first_day
    where answers.survey_type = 'nps'
    group by periods.period_type, periods.period_start, answers.survey_kind

),

-- a customer counts once for each kind that it answered
customers as (

    select
        period_type,
        period_start,
        kind,
        count(*) as nps_customers,
        cast(sum(vote) as decimal(38, 10)) as customer_votes,
        cast(sum(cast(vote * vote as decimal(38, 20))) as decimal(38, 20)) as customer_votes_squares,
        cast(sum({{ converted('vote', 'mrr') }}) as decimal(38, 10)) as weighted_votes,
        cast(sum(mrr) as decimal(38, 10)) as voting_mrr

    from {{ ref('int_nps_customer_periods') }}
    where is_of_one_kind
    group by period_type, period_start, kind

)

select
    answers.period_type,
    answers.period_start,
    'survey_kind' as segment_name,
    answers.survey_kind as segment_value,
    answers.nps_answers,
    answers.promoters,
    answers.passives,
    answers.detractors,
    answers.commented_nps_answers,
    coalesce(customers.nps_customers, 0) as nps_customers,
    coalesce(customers.customer_votes, 0) as customer_votes,
    coalesce(customers.customer_votes_squares, 0) as customer_votes_squares,
    coalesce(customers.weighted_votes, 0) as weighted_votes,
    coalesce(customers.voting_mrr, 0) as voting_mrr

from answers
left join customers
    on
        answers.period_type = customers.period_type
        and answers.period_start = customers.period_start
        and answers.survey_kind = customers.kind
