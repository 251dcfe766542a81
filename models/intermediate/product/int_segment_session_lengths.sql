with

customer_periods as (

    select
        period_months.period_type,
        period_months.period_start,
        session_months.customer_id,
        session_months.seconds,
        sum(session_months.sessions) as sessions

    from {{ ref('int_customer_session_months') }} as session_months
    inner join {{ ref('int_period_months') }} as period_months on session_months.month_start = period_months.month_start
    group by period_months.period_type, period_months.period_start, session_months.customer_id, session_months.seconds

)

select
    customer_periods.period_type,
    customer_periods.period_start,
    segments.segment_name,
    {{ segment_value('days.') }} as segment_value,
    customer_periods.seconds,
    cast(sum(customer_periods.sessions) as bigint) as sessions

from customer_periods
inner join {{ ref('int_periods') }} as periods
    on customer_periods.period_type = periods.period_type and customer_periods.period_start = periods.period_start
inner join {{ ref('int_customer_days') }} as days
    on customer_periods.customer_id = days.customer_id and periods.closing_day = days.state_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5
