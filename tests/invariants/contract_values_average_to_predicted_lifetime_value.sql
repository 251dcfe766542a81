-- the mart and the metric of the month that holds the as-of day
with

averages as (

    select avg(contract_value) as contract_value
    from {{ ref('customer_lifetime_values') }}

),

cells as (

    select metrics.value
    from {{ ref('metrics') }} as metrics
    inner join {{ ref('int_as_of') }} as as_of on metrics.period_start = {{ month_of('as_of.as_of_day') }}
    where
        metrics.metric_name = 'predicted_customer_lifetime_value'
        and metrics.period_type = 'month'
        and metrics.segment_name = 'all'

)

select
    averages.contract_value,
    cells.value

from averages
left join cells on true
where
    (averages.contract_value is null) <> (cells.value is null)
    or abs(averages.contract_value - cells.value) > 1e-9 * abs(cells.value)
