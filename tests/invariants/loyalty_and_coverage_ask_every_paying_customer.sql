-- Both have the paying customers of the close as their denominator, in every segment.
select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.segment_name,
    metrics.segment_value,
    metrics.denominator,
    paying.numerator as paying_customers

from {{ ref('metrics') }} as metrics
left join {{ ref('metrics') }} as paying
    on
        paying.metric_name = 'paying_customers'
        and metrics.period_type = paying.period_type
        and metrics.period_start = paying.period_start
        and metrics.segment_name = paying.segment_name
        and metrics.segment_value = paying.segment_value
where
    metrics.metric_name in ('customer_loyalty_score', 'feedback_coverage_rate')
    and metrics.denominator <> coalesce(paying.numerator, 0)
