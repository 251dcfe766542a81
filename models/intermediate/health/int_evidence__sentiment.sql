{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

months as (

    select * from {{ ref('int_months') }}

),

answers as (

    select * from {{ ref('int_survey_answers') }}
    where customer_id is not null

),

texts as (

    select * from {{ ref('int_texts') }}
    where customer_id is not null and sentiment_label is not null

),

-- an answer is the last one until the day of the next
nps_answers as (

    select
        customer_id,
        score,
        answer_day,
        coalesce(
            lead(answer_day) over (partition by customer_id order by responded_at, {{ text_order('response_id') }}), {{ forever() }}
        ) as until_day

    from answers
    where survey_type = 'nps'

),

satisfaction as (

    select
        months.closing_day,
        answers.customer_id,
        count(*) as answers,
        {{ count_where('answers.is_satisfied') }} as satisfied_answers

    from answers
    inner join months
        on
            {{ in_window('answers.answer_day', 'months.closing_day', 90) }}
            and coalesce(answers.next_answer_day, {{ forever() }}) > months.closing_day
    where answers.survey_type = 'csat'
    group by months.closing_day, answers.customer_id

),

sentiment as (

    select
        months.closing_day,
        texts.customer_id,
        count(*) as texts,
        {{ count_where("texts.sentiment_label = 'positive'") }} - {{ count_where("texts.sentiment_label = 'negative'") }} as net_texts

    from texts
    inner join months on {{ in_window('texts.text_day', 'months.closing_day', 90) }}
    group by months.closing_day, texts.customer_id

)

select
    nps_answers.customer_id,
    months.closing_day as score_day,
    'latest_nps' as measure,
    cast(nps_answers.score as decimal(38, 10)) as raw_value,
    cast(1 as bigint) as observations,
    cast({{ days_between('nps_answers.answer_day', 'months.closing_day') }} as integer) as age_days

from nps_answers
inner join months on nps_answers.answer_day <= months.closing_day and nps_answers.until_day > months.closing_day

union all

select
    customer_id,
    closing_day,
    'csat_share',
    {{ exact_share('satisfied_answers', 'answers') }},
    answers,
    0

from satisfaction

union all

select
    customer_id,
    closing_day,
    'net_sentiment',
    {{ exact_share('net_texts', 'texts', 100) }},
    texts,
    0

from sentiment
