with

segment_periods as (

    select * from {{ ref('int_segment_periods__nps') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

nps_comment_share as (

    select
        'nps_comment_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(commented_nps_answers as decimal(38, 10)) as numerator,
        cast(nps_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from nps_comment_share
