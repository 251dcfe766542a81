-- the metrics of a month are counted along one path, the customers' rows along another
with

customers as (

    select
        score_day,
        cast(count(case when is_banded then 1 end) as decimal(38, 10)) as banded,
        sum(case when is_banded then score else 0 end) as scores,
        cast(count(case when colour = 'green' then 1 end) as decimal(38, 10)) as green,
        sum(case colour when 'green' then 100 when 'yellow' then 60 when 'red' then 40 else 0 end) as points

    from {{ ref('customer_health') }}
    group by score_day

),

months as (

    select * from {{ ref('int_months') }}

),

metrics as (

    select * from {{ ref('metrics') }}
    where period_type = 'month' and segment_name = 'all'

)

select
    metrics.metric_name,
    metrics.period_start,
    metrics.numerator,
    metrics.denominator

from metrics
inner join months on metrics.period_start = months.month_start
left join customers on months.closing_day = customers.score_day
where
    (
        metrics.metric_name in ('customer_health_score', 'healthy_customer_share', 'portfolio_quality_index')
        and (
            metrics.denominator <> coalesce(customers.banded, 0)
            or metrics.numerator <> coalesce(
                case metrics.metric_name
                    when 'customer_health_score' then customers.scores
                    when 'healthy_customer_share' then customers.green
                    else customers.points
                end, 0
            )
        )
    )
    or (metrics.metric_name in ('customer_health_score', 'customer_health_index') and metrics.value not between 0 and 100.000001)
    or (metrics.metric_name = 'portfolio_quality_index' and metrics.value not between 40 and 100)
    or (metrics.metric_name in ('healthy_customer_share', 'mrr_at_risk_rate') and metrics.value not between 0 and 1)
