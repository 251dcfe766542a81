with

-- each term and answer of a period, under the manager of the day before it
terms as (

    select
        periods.period_type,
        periods.period_start,
        managers.csm,
        {{ count_where('not renewals.is_pending') }} as due_terms,
        {{ count_where('not renewals.is_pending and renewals.is_renewed') }} as renewed_terms

    from {{ ref('int_contract_renewals') }} as renewals
    inner join {{ ref('int_periods') }} as periods
        on renewals.due_day >= periods.first_day and renewals.due_day < periods.period_end
    inner join {{ ref('int_customer_days') }} as managers
        on renewals.customer_id = managers.customer_id and periods.opening_day = managers.state_day
    group by periods.period_type, periods.period_start, managers.csm

),

answers as (

    select
        periods.period_type,
        periods.period_start,
        coalesce(managers.csm, '(unknown)') as csm,
        answers.survey_type,
        answers.vote,
        answers.is_satisfied,
        -- of the answers to one ticket the last of the period counts
        answers.survey_type = 'csat'
        and (answers.next_answer_day is null or answers.next_answer_day > periods.closing_day) as is_counted_csat

    from {{ ref('int_survey_answers') }} as answers
    inner join {{ ref('int_periods') }} as periods
        on answers.answer_day >= periods.first_day and answers.answer_day <= periods.closing_day
    left join {{ ref('int_customer_days') }} as managers
        on answers.customer_id = managers.customer_id and periods.opening_day = managers.state_day
    where answers.survey_type in ('nps', 'csat')

),

units as (

    select period_type, period_start, csm, due_terms, renewed_terms, 0 as nps_answers, 0 as nps_votes, 0 as csat_answers, 0 as satisfied_answers
    from terms

    union all

    select
        period_type,
        period_start,
        csm,
        0,
        0,
        {{ count_where("survey_type = 'nps'") }},
        coalesce(sum(vote), 0),
        {{ count_where('is_counted_csat') }},
        {{ count_where('is_counted_csat and is_satisfied') }}
    from answers
    group by period_type, period_start, csm

)

select
    period_type,
    period_start,
    csm,
    cast(sum(due_terms) as bigint) as due_terms,
    cast(sum(renewed_terms) as bigint) as renewed_terms,
    cast(sum(nps_answers) as bigint) as nps_answers,
    cast(sum(nps_votes) as bigint) as nps_votes,
    cast(sum(csat_answers) as bigint) as csat_answers,
    cast(sum(satisfied_answers) as bigint) as satisfied_answers

from units
group by period_type, period_start, csm
