with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

churn_days as (

    select * from {{ ref('int_segment_churn_days') }}

),

paying_spans as (

    select * from {{ ref('int_segment_paying_spans') }}

),

-- days on which somebody left though nobody had been paying (a pause that lapsed) add nothing
rate_sums as (

    select
        periods.period_type,
        periods.period_start,
        churn_days.segment_name,
        churn_days.segment_value,
        sum(cast(churn_days.churn_events as double precision) / nullif(churn_days.paying_customers_day_before, 0)) as rate_sum

    from periods
    inner join churn_days
        on churn_days.churn_day >= periods.first_day and churn_days.churn_day <= periods.closing_day
    group by periods.period_type, periods.period_start, churn_days.segment_name, churn_days.segment_value

),

-- cells with somebody paying on the day before any day of the period
paying_cells as (

    select distinct
        periods.period_type,
        periods.period_start,
        paying_spans.segment_name,
        paying_spans.segment_value

    from periods
    inner join paying_spans
        on paying_spans.valid_from < periods.closing_day and paying_spans.valid_to > periods.opening_day

),

customer_churn_rate_daily as (

    select
        'customer_churn_rate_daily' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        case when paying_cells.period_start is not null then coalesce(rate_sums.rate_sum, 0) end as value

    from segment_periods
    left join rate_sums
        on
            segment_periods.period_type = rate_sums.period_type
            and segment_periods.period_start = rate_sums.period_start
            and segment_periods.segment_name = rate_sums.segment_name
            and segment_periods.segment_value = rate_sums.segment_value
    left join paying_cells
        on
            segment_periods.period_type = paying_cells.period_type
            and segment_periods.period_start = paying_cells.period_start
            and segment_periods.segment_name = paying_cells.segment_name
            and segment_periods.segment_value = paying_cells.segment_value

)

select * from customer_churn_rate_daily
