with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

feedback as (

    select * from {{ ref('stg_voice__feedback') }}

),

ticket_messages as (

    select * from {{ ref('stg_support__ticket_messages') }}

),

net_sentiment as (

    select
        'net_sentiment' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(100 * (positive_texts - negative_texts) as decimal(38, 10)) as numerator,
        cast(labelled_texts as decimal(38, 10)) as denominator,
        cast(10000 * (positive_texts + negative_texts) as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where
        exists (select 1 from survey_responses)
        or exists (select 1 from feedback)
        or exists (select 1 from ticket_messages)

),

net_sentiment_excluding_neutral as (

    select
        'net_sentiment_excluding_neutral' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(100 * (positive_texts - negative_texts) as decimal(38, 10)) as numerator,
        cast(positive_texts + negative_texts as decimal(38, 10)) as denominator,
        cast(10000 * (positive_texts + negative_texts) as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where
        exists (select 1 from survey_responses)
        or exists (select 1 from feedback)
        or exists (select 1 from ticket_messages)

),

sentiment_polarity as (

    select
        'sentiment_polarity' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(polarity as decimal(38, 10)) as numerator,
        cast(labelled_texts as decimal(38, 10)) as denominator,
        cast(polarity_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where
        exists (select 1 from survey_responses)
        or exists (select 1 from feedback)
        or exists (select 1 from ticket_messages)

)

select * from net_sentiment
union all
select * from net_sentiment_excluding_neutral
union all
select * from sentiment_polarity
