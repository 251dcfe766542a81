with

periods as (

    select * from {{ ref('int_periods') }}

),

themes as (

    select * from {{ ref('int_text_themes') }}

),

outcomes as (

    select * from {{ ref('int_text_outcomes') }}

),

satisfaction_answers as (

    select * from {{ ref('int_survey_answers') }}
    where survey_type = 'csat'

),

-- a text with several themes stands under each of them
said as (

    select
        months.month_start,
        coalesce(themes.theme, '(none)') as theme,
        texts.channel,
        coalesce(texts.sentiment_label, 'unscored') as sentiment_label,
        texts.customer_id,
        count(*) as texts,
        {{ any_true('not outcomes.is_pending') }} as is_watched,
        {{ any_true('not outcomes.is_pending and outcomes.is_followed_by_churn') }} as is_followed_by_churn

    from {{ ref('int_texts') }} as texts
    inner join {{ ref('int_months') }} as months
        on {{ month_of('texts.text_day') }} = months.month_start and texts.text_day >= months.first_day
    left join themes on texts.text_id = themes.text_id
    left join outcomes on texts.text_id = outcomes.text_id
    group by 1, 2, 3, 4, 5

),

-- each customer once, however much it said; what nobody is known to have said has no customer
customers as (

    select
        period_months.period_type,
        period_months.period_start,
        said.theme,
        said.channel,
        said.sentiment_label,
        said.customer_id,
        sum(said.texts) as texts,
        {{ any_true('said.is_watched and said.customer_id is not null') }} as is_watched,
        {{ any_true('said.is_followed_by_churn and said.customer_id is not null') }} as is_followed_by_churn

    from said
    inner join {{ ref('int_period_months') }} as period_months on said.month_start = period_months.month_start
    group by 1, 2, 3, 4, 5, 6

),

-- of the answers to one ticket in a period the last counts
satisfaction as (

    select
        periods.period_type,
        periods.period_start,
        answers.customer_id,
        count(*) as answers,
        {{ count_where('answers.is_satisfied') }} as satisfied_answers

    from satisfaction_answers as answers
    inner join periods
        on
            answers.answer_day >= periods.first_day
            and answers.answer_day <= periods.closing_day
            and coalesce(answers.next_answer_day > periods.closing_day, true)
    group by periods.period_type, periods.period_start, answers.customer_id

),

sums as (

    select
        customers.period_type,
        customers.period_start,
        customers.theme,
        customers.channel,
        customers.sentiment_label,
        sum(customers.texts) as texts,
        count(customers.customer_id) as customers,
        {{ count_where('customers.is_watched') }} as watched_customers,
        {{ count_where('customers.is_followed_by_churn') }} as churned_customers,
        coalesce(sum(satisfaction.answers), 0) as csat_answers,
        coalesce(sum(satisfaction.satisfied_answers), 0) as csat_satisfied_answers

    from customers
    left join satisfaction
        on
            customers.period_type = satisfaction.period_type
            and customers.period_start = satisfaction.period_start
            and customers.customer_id = satisfaction.customer_id
    group by customers.period_type, customers.period_start, customers.theme, customers.channel, customers.sentiment_label

)

select
    cast(sums.period_type as {{ dbt.type_string() }}) as period_type,
    sums.period_start,
    periods.period_end,
    periods.is_over as is_complete,
    cast(sums.theme as {{ dbt.type_string() }}) as theme,
    cast(sums.channel as {{ dbt.type_string() }}) as channel,
    cast(sums.sentiment_label as {{ dbt.type_string() }}) as sentiment_label,
    cast(sums.texts as bigint) as texts,
    cast(sums.customers as bigint) as customers,
    cast(sums.watched_customers as bigint) as watched_customers,
    cast(sums.churned_customers as bigint) as churned_customers,
    cast(sums.churned_customers as double precision) / nullif(cast(sums.watched_customers as double precision), 0) as churned_share,
    cast(sums.csat_answers as bigint) as csat_answers,
    cast(sums.csat_satisfied_answers as bigint) as csat_satisfied_answers,
    cast(sums.csat_satisfied_answers as double precision) / nullif(cast(sums.csat_answers as double precision), 0)
        as customer_satisfaction_score

from sums
inner join periods on sums.period_type = periods.period_type and sums.period_start = periods.period_start
