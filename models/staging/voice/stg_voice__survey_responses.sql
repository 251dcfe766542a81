with

survey_responses as (

    select * from {{ ref('base_voice__survey_responses') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    survey_responses.response_id,
    lower(survey_responses.survey_type) as survey_type,
    coalesce(merges.into_customer_id, survey_responses.customer_id) as customer_id,
    survey_responses.respondent_id,
    survey_responses.ticket_id,
    survey_responses.survey_kind,
    lower(survey_responses.question) as question,
    survey_responses.question_version,
    survey_responses.scale_min,
    survey_responses.scale_max,
    lower(survey_responses.direction) as direction,
    survey_responses.score,
    survey_responses.comment,
    survey_responses.channel,
    survey_responses.sent_at,
    survey_responses.sent_date,
    survey_responses.delivered_at,
    survey_responses.delivered_date,
    survey_responses.responded_at,
    survey_responses.responded_date

from survey_responses
left join merges on survey_responses.customer_id = merges.from_customer_id
