-- of periods that are over: (amount / purchases) x (purchases x 12 / months / buyers) x months / 12 = amount / buyers
with

cells as (

    select
        metrics.period_type,
        metrics.period_start,
        metrics.segment_name,
        metrics.segment_value,
        periods.months_in_period,
        max(case when metrics.metric_name = 'average_purchase_value' then metrics.numerator end) as amount,
        max(case when metrics.metric_name = 'average_purchase_value' then metrics.denominator end) as purchases,
        max(case when metrics.metric_name = 'purchase_frequency' then metrics.numerator end) as purchases_a_year,
        max(case when metrics.metric_name = 'purchase_frequency' then metrics.denominator end) as buyers

    from {{ ref('metrics') }} as metrics
    inner join {{ ref('int_periods') }} as periods
        on metrics.period_type = periods.period_type and metrics.period_start = periods.period_start
    where metrics.metric_name in ('average_purchase_value', 'purchase_frequency') and periods.is_over
    group by metrics.period_type, metrics.period_start, metrics.segment_name, metrics.segment_value, periods.months_in_period

)

select * from cells
where
    purchases_a_year * months_in_period <> 12 * purchases
    or (segment_name = 'all' and buyers > purchases)
    or amount < 0
