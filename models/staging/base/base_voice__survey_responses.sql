with

csat_scales as (

    select * from {{ ref('csat_top_box') }}

),

raw_rows as not materialized (

    {{ raw_table('survey_responses') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'survey_responses') }}

),

judged as (

    select
        folded.*,
        case
            when lower(folded.survey_type) not in ('nps', 'csat', 'ces', 'loyalty', 'acsi') then 'unknown_survey_type'
            when folded.scale_min >= folded.scale_max then 'scale_out_of_order'
            when lower(folded.survey_type) = 'nps' and (folded.scale_min <> 0 or folded.scale_max <> 10) then 'nps_scale'
            when lower(folded.survey_type) = 'csat' and csat_scales.scale_max is null then 'csat_scale'
            when folded.score < folded.scale_min or folded.score > folded.scale_max or folded.score <> round(folded.score, 0) then 'score_off_scale'
            when lower(folded.survey_type) = 'acsi' and lower(folded.question) not in ('satisfaction', 'expectation', 'performance') then 'unknown_question'
            when lower(folded.survey_type) = 'ces' and lower(folded.direction) not in ('ease', 'effort') then 'unknown_direction'
            when folded.score is not null and folded.responded_at is null then 'answer_without_time'
            when folded.responded_at < folded.sent_at then 'answer_before_sent'
        end as own_rule

    from folded
    left join csat_scales on folded.scale_min = csat_scales.scale_min and folded.scale_max = csat_scales.scale_max

)

{{ judged_rows('judged', 'survey_responses') }}
