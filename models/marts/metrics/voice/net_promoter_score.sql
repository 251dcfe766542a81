with

segment_periods as (

    select * from {{ ref('int_segment_periods__nps') }}

),

survey_responses as (

    select * from {{ ref('stg_voice__survey_responses') }}

),

net_promoter_score as (

    select
        'net_promoter_score' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(100 * (promoters - detractors) as decimal(38, 10)) as numerator,
        cast(nps_answers as decimal(38, 10)) as denominator,
        cast(10000 * (promoters + detractors) as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

),

net_promoter_score_by_account as (

    select
        'net_promoter_score_by_account' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(customer_votes as decimal(38, 10)) as numerator,
        cast(nps_customers as decimal(38, 10)) as denominator,
        cast(customer_votes_squares as decimal(38, 20)) as sum_of_squares

    from segment_periods
    where exists (select 1 from survey_responses)

)

select * from net_promoter_score
union all
select * from net_promoter_score_by_account
