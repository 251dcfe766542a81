with

segment_periods as (

    select * from {{ ref('int_segment_periods__nps') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

promoter_share as (

    select
        'promoter_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(promoters as decimal(38, 10)) as numerator,
        cast(nps_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

),

passive_share as (

    select
        'passive_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(passives as decimal(38, 10)) as numerator,
        cast(nps_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

),

detractor_share as (

    select
        'detractor_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(detractors as decimal(38, 10)) as numerator,
        cast(nps_answers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from promoter_share
union all
select * from passive_share
union all
select * from detractor_share
