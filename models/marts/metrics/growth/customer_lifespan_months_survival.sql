with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

segment_lifespans as (

    select * from {{ ref('int_segment_lifespans') }}

),

customer_lifespan_months_survival as (

    select
        'customer_lifespan_months_survival' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        segment_lifespans.lifespan_months as value

    from segment_periods
    inner join periods
        on segment_periods.period_type = periods.period_type and segment_periods.period_start = periods.period_start
    left join segment_lifespans
        on
            periods.closing_day = segment_lifespans.closing_day
            and segment_periods.segment_name = segment_lifespans.segment_name
            and segment_periods.segment_value = segment_lifespans.segment_value

)

select * from customer_lifespan_months_survival
