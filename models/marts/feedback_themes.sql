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
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.is_over,
        coalesce(themes.theme, '(none)') as theme,
        texts.channel,
        coalesce(texts.sentiment_label, 'unscored') as sentiment_label,
        texts.text_id,
        texts.customer_id,
        outcomes.is_pending,
        outcomes.is_followed_by_churn

    from {{ ref('int_texts') }} as texts
    inner join periods on texts.text_day >= periods.first_day and texts.text_day <= periods.closing_day
    left join themes on texts.text_id = themes.text_id
    left join outcomes on texts.text_id = outcomes.text_id

),

-- each customer once, however much it said
customers as (

    select
        period_type,
        period_start,
        theme,
        channel,
        sentiment_label,
        customer_id,
        {{ any_true('not is_pending') }} as is_watched,
        {{ any_true('not is_pending and is_followed_by_churn') }} as is_followed_by_churn

    from said
    where customer_id is not null
    group by period_type, period_start, theme, channel, sentiment_label, customer_id

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

customer_sums as (

    select
        customers.period_type,
        customers.period_start,
        customers.theme,
        customers.channel,
        customers.sentiment_label,
        count(*) as customers,
        {{ count_where('customers.is_watched') }} as watched_customers,
        {{ count_where('customers.is_followed_by_churn') }} as churned_customers,
        cast(coalesce(sum(satisfaction.answers), 0) as bigint) as csat_answers,
        cast(coalesce(sum(satisfaction.satisfied_answers), 0) as bigint) as csat_satisfied_answers

    from customers
    left join satisfaction
        on
            customers.period_type = satisfaction.period_type
            and customers.period_start = satisfaction.period_start
            and customers.customer_id = satisfaction.customer_id
    group by customers.period_type, customers.period_start, customers.theme, customers.channel, customers.sentiment_label

),

texts as (

    select
        period_type,
        period_start,
        period_end,
        is_over,
        theme,
        channel,
        sentiment_label,
        count(*) as texts

    from said
    group by period_type, period_start, period_end, is_over, theme, channel, sentiment_label

)

select
    cast(texts.period_type as {{ dbt.type_string() }}) as period_type,
    texts.period_start,
    texts.period_end,
    texts.is_over as is_complete,
    cast(texts.theme as {{ dbt.type_string() }}) as theme,
    cast(texts.channel as {{ dbt.type_string() }}) as channel,
    cast(texts.sentiment_label as {{ dbt.type_string() }}) as sentiment_label,
    cast(texts.texts as bigint) as texts,
    cast(coalesce(customer_sums.customers, 0) as bigint) as customers,
    cast(coalesce(customer_sums.watched_customers, 0) as bigint) as watched_customers,
    cast(coalesce(customer_sums.churned_customers, 0) as bigint) as churned_customers,
    cast(customer_sums.churned_customers as double precision) / nullif(cast(customer_sums.watched_customers as double precision), 0)
        as churned_share,
    cast(coalesce(customer_sums.csat_answers, 0) as bigint) as csat_answers,
    cast(coalesce(customer_sums.csat_satisfied_answers, 0) as bigint) as csat_satisfied_answers,
    cast(customer_sums.csat_satisfied_answers as double precision) / nullif(cast(customer_sums.csat_answers as double precision), 0)
        as customer_satisfaction_score

from texts
left join customer_sums
    on
        texts.period_type = customer_sums.period_type
        and texts.period_start = customer_sums.period_start
        and texts.theme = customer_sums.theme
        and texts.channel = customer_sums.channel
        and texts.sentiment_label = customer_sums.sentiment_label
