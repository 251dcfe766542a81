with

segment_periods as (

    select * from {{ ref('int_segment_periods__nps') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

net_promoter_score_weighted_by_mrr as (

    select
        'net_promoter_score_weighted_by_mrr' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(weighted_votes as decimal(38, 10)) as numerator,
        cast(voting_mrr as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from net_promoter_score_weighted_by_mrr
