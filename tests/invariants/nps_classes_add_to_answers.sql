-- Promoters, passives and detractors are all the answers, and the score follows from them, in every segment.
with

classes as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'promoter_share' then numerator end) as promoters,
        max(case when metric_name = 'passive_share' then numerator end) as passives,
        max(case when metric_name = 'detractor_share' then numerator end) as detractors,
        max(case when metric_name = 'net_promoter_score' then numerator end) as score,
        max(case when metric_name = 'net_promoter_score' then denominator end) as answers

    from {{ ref('metrics') }}
    where metric_name in ('promoter_share', 'passive_share', 'detractor_share', 'net_promoter_score')
    group by period_type, period_start, segment_name, segment_value

)

select * from classes
where coalesce(promoters + passives + detractors <> answers or score <> 100 * (promoters - detractors), true)
