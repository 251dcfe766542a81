-- User-days, actions, logins and session time of all customers add over the months of a period; distinct users are no fewer than in any of its
-- months, and no more than in all of them together.
with

months as (

    select
        period_months.period_type,
        period_months.period_start,
        metrics.metric_name,
        sum(metrics.numerator) as added,
        max(metrics.numerator) as largest

    from {{ ref('metrics') }} as metrics
    inner join {{ ref('int_period_months') }} as period_months on metrics.period_start = period_months.month_start
    where metrics.period_type = 'month' and metrics.segment_name = 'all'
    group by period_months.period_type, period_months.period_start, metrics.metric_name

)

select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.numerator,
    months.added,
    months.largest

from {{ ref('metrics') }} as metrics
inner join months
    on
        metrics.metric_name = months.metric_name
        and metrics.period_type = months.period_type
        and metrics.period_start = months.period_start
where
    metrics.segment_name = 'all'
    and (
        (
            metrics.metric_name in (
                'daily_active_users', 'actions_per_active_user', 'login_frequency', 'average_session_duration', 'average_time_on_platform',
                'product_adoption_rate', 'adoption_funnel_conversion_rate', 'journey_completion_rate', 'time_to_value_mean',
                'customer_success_rate', 'customer_reported_value'
            )
            and metrics.numerator <> months.added
        )
        or (
            metrics.metric_name in ('active_users', 'active_customers')
            and (metrics.numerator < months.largest or metrics.numerator > months.added)
        )
    )
