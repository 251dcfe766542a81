with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

weights as (

    select
        cast(coalesce(sum(case when component = 'customer_satisfaction' then weight end), 0) as double precision) as satisfaction_weight,
        cast(coalesce(sum(case when component = 'ease' then weight end), 0) as double precision) as ease_weight,
        cast(coalesce(sum(case when component = 'net_promoter_score' then weight end), 0) as double precision) as promotion_weight,
        cast(coalesce(sum(case when component = 'net_sentiment' then weight end), 0) as double precision) as sentiment_weight

    from {{ ref('csi_weights') }}

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

-- each 0 to 100, null where there is nothing to count
components as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(csat_normalised as double precision) / nullif(csat_answers, 0) as satisfaction,
        100 - cast(effort as double precision) / nullif(ces_answers, 0) as ease,
        50 + 50 * cast(promoters - detractors as double precision) / nullif(nps_answers, 0) as promotion,
        50 + 50 * cast(positive_texts - negative_texts as double precision) / nullif(labelled_texts, 0) as sentiment

    from segment_periods
    where
        exists (select 1 from survey_responses)
        or exists (select 1 from feedback)
        or exists (select 1 from ticket_messages)

),

-- the weights of what is there
weighted as (

    select
        components.*,
        case when satisfaction is null then 0 else satisfaction_weight end as satisfaction_weight,
        case when ease is null then 0 else ease_weight end as ease_weight,
        case when promotion is null then 0 else promotion_weight end as promotion_weight,
        case when sentiment is null then 0 else sentiment_weight end as sentiment_weight

    from components
    cross join weights

),

customer_satisfaction_index as (

    select
        'customer_satisfaction_index' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        (
            satisfaction_weight * coalesce(satisfaction, 0)
            + ease_weight * coalesce(ease, 0)
            + promotion_weight * coalesce(promotion, 0)
            + sentiment_weight * coalesce(sentiment, 0)
        ) / nullif(satisfaction_weight + ease_weight + promotion_weight + sentiment_weight, 0) as value

    from weighted

)

select * from customer_satisfaction_index
