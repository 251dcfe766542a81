-- Pairs of customer and feature, and of active user and feature, add over the features to those of all.
with

features as (

    select
        metric_name,
        period_type,
        period_start,
        sum(numerator) as numerator,
        sum(case when metric_name = 'feature_adoption_rate' then denominator end) as denominator

    from {{ ref('metrics') }}
    where segment_name = 'feature'
    group by metric_name, period_type, period_start

)

select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.numerator,
    features.numerator as numerator_of_features,
    metrics.denominator,
    features.denominator as denominator_of_features

from {{ ref('metrics') }} as metrics
left join features
    on
        metrics.metric_name = features.metric_name
        and metrics.period_type = features.period_type
        and metrics.period_start = features.period_start
where
    metrics.segment_name = 'all'
    and metrics.metric_name in ('feature_adoption_rate', 'feature_adoption_rate_of_active_users')
    and (
        metrics.numerator <> coalesce(features.numerator, 0)
        or (metrics.metric_name = 'feature_adoption_rate' and metrics.denominator <> coalesce(features.denominator, 0))
    )
