with

figures as (

    select
        metrics.metric_name,
        metrics.period_type,
        metrics.period_start,
        metrics.segment_name,
        metrics.numerator,
        metrics.denominator

    from {{ ref('metrics') }} as metrics
    inner join {{ ref('metric_definitions') }} as definitions on metrics.metric_name = definitions.metric_name
    where definitions.adds_over_segments and definitions.kind in ('amount', 'count', 'ratio')

),

totals as (

    select * from figures
    where segment_name = 'all'

),

sums as (

    select
        metric_name,
        period_type,
        period_start,
        segment_name,
        sum(numerator) as numerator,
        sum(denominator) as denominator

    from figures
    where segment_name <> 'all'
    group by metric_name, period_type, period_start, segment_name

)

select
    totals.metric_name,
    totals.period_type,
    totals.period_start,
    segments.segment_name,
    totals.numerator,
    sums.numerator as sum_of_numerators,
    totals.denominator,
    sums.denominator as sum_of_denominators

from totals
inner join {{ ref('int_segments') }} as segments on segments.segment_name <> 'all'
left join sums
    on
        totals.metric_name = sums.metric_name
        and totals.period_type = sums.period_type
        and totals.period_start = sums.period_start
        and segments.segment_name = sums.segment_name
where
    coalesce(totals.numerator, 0) <> coalesce(sums.numerator, 0)
    or coalesce(totals.denominator, 0) <> coalesce(sums.denominator, 0)
