with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

weights as (

    select * from {{ ref('csi_weights') }}

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

-- each 0 to 100, a row where there is anything to count
components as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        'customer_satisfaction' as component,
        cast(csat_normalised as double precision) / csat_answers as score

    from segment_periods
    where csat_answers > 0

    union all

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        'ease',
        100 - cast(effort as double precision) / ces_answers

    from segment_periods
    where ces_answers > 0

    union all

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        'net_promoter_score',
        50 + 50 * cast(promoters - detractors as double precision) / nps_answers

    from segment_periods
    where nps_answers > 0

    union all

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        'net_sentiment',
        50 + 50 * cast(positive_texts - negative_texts as double precision) / labelled_texts

    from segment_periods
    where labelled_texts > 0

),

indices as (

    select
        components.period_type,
        components.period_start,
        components.segment_name,
        components.segment_value,
        sum(components.score * cast(weights.weight as double precision)) / nullif(sum(cast(weights.weight as double precision)), 0) as score

    from components
    inner join weights on components.component = weights.component
    group by components.period_type, components.period_start, components.segment_name, components.segment_value

),

customer_satisfaction_index as (

    select
        'customer_satisfaction_index' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        indices.score as value

    from segment_periods
    left join indices
        on
            segment_periods.period_type = indices.period_type
            and segment_periods.period_start = indices.period_start
            and segment_periods.segment_name = indices.segment_name
            and segment_periods.segment_value = indices.segment_value
    where
        exists (select 1 from survey_responses)
        or exists (select 1 from feedback)
        or exists (select 1 from ticket_messages)

)

select * from customer_satisfaction_index
