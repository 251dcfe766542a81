with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}
    where segment_name in ('all', 'acquisition_channel')

),

periods as (

    select * from {{ ref('int_periods') }}

),

costs as (

    select * from {{ ref('stg_growth__costs') }}

),

customer_acquisition_cost as (

    select
        'customer_acquisition_cost' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(acquisition_cost as decimal(38, 10)) as numerator,
        cast(new_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs)

),

with_previous_period as (

    select
        periods.period_type,
        periods.period_start

    from periods
    inner join periods as previous
        on periods.period_type = previous.period_type and periods.previous_period_start = previous.period_start

),

customer_acquisition_cost_lagged as (

    select
        'customer_acquisition_cost_lagged' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(
            case when with_previous_period.period_start is not null then segment_periods.previous_acquisition_cost end as decimal(38, 10)
        ) as numerator,
        cast(segment_periods.new_customers as decimal(38, 10)) as denominator

    from segment_periods
    left join with_previous_period
        on
            segment_periods.period_type = with_previous_period.period_type
            and segment_periods.period_start = with_previous_period.period_start
    where exists (select 1 from costs)

)

select * from customer_acquisition_cost
union all
select * from customer_acquisition_cost_lagged
