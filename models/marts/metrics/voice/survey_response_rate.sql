with

segment_periods as (

    select * from {{ ref('int_segment_periods__voice') }}

),

-- a source that lists answers only has no unanswered survey, and no rate
unanswered as (

    select * from {{ ref('stg_voice__survey_responses') }}
    where score is null and sent_date <= (select as_of_day from {{ ref('int_as_of') }})

),

survey_response_rate as (

    select
        'survey_response_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(answered_surveys as decimal(38, 10)) as numerator,
        cast(delivered_surveys as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from unanswered)

)

select * from survey_response_rate
