-- Calls of all queues are those of all customers: volume, abandonment and service level of `all`, and the sums of the queues.
with

levels as (

    select
        period_type,
        period_start,
        scope,
        sum(calls) as calls,
        sum(abandoned_calls) as abandoned_calls,
        sum(offered_calls) as offered_calls,
        sum(answered_within_calls) as answered_within_calls,
        sum(offered_calls - abandoned_within_calls) as service_level_calls

    from {{ ref('call_service_levels') }}
    group by period_type, period_start, scope

),

metrics as (

    select * from {{ ref('metrics') }}
    where segment_name = 'all' and metric_name in ('call_volume', 'call_abandonment_rate', 'call_service_level')

),

scopes as (

    select 'all' as scope
    union all
    select 'queue'

)

select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    scopes.scope,
    metrics.numerator,
    metrics.denominator,
    levels.calls,
    levels.abandoned_calls,
    levels.offered_calls,
    levels.answered_within_calls,
    levels.service_level_calls

from metrics
cross join scopes
left join levels
    on metrics.period_type = levels.period_type and metrics.period_start = levels.period_start and scopes.scope = levels.scope
where
    metrics.numerator <> coalesce(
        case metrics.metric_name
            when 'call_volume' then levels.calls
            when 'call_abandonment_rate' then levels.abandoned_calls
            else levels.answered_within_calls
        end,
        0
    )
    or metrics.denominator <> coalesce(
        case metrics.metric_name when 'call_abandonment_rate' then levels.offered_calls else levels.service_level_calls end, 0
    )
