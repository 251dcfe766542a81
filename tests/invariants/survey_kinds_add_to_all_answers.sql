-- Every NPS answer is of one kind of survey. (Customers are not: one may answer surveys of both.)
with

figures as (

    select * from {{ ref('metrics') }}
    where metric_name in ('net_promoter_score', 'promoter_share', 'passive_share', 'detractor_share', 'nps_comment_share')

),

kinds as (

    select
        metric_name,
        period_type,
        period_start,
        sum(numerator) as numerator,
        sum(denominator) as denominator

    from figures
    where segment_name = 'survey_kind'
    group by metric_name, period_type, period_start

)

select
    figures.metric_name,
    figures.period_type,
    figures.period_start,
    figures.numerator,
    kinds.numerator as sum_of_numerators,
    figures.denominator,
    kinds.denominator as sum_of_denominators

from figures
left join kinds
    on
        figures.metric_name = kinds.metric_name
        and figures.period_type = kinds.period_type
        and figures.period_start = kinds.period_start
where
    figures.segment_name = 'all'
    and (figures.numerator <> coalesce(kinds.numerator, 0) or figures.denominator <> coalesce(kinds.denominator, 0))
