-- sessions of one length are counted, not listed: what is left is small enough for medians over every period and segment
select
    sessions.customer_id,
    months.month_start,
    sessions.seconds,
    count(*) as sessions

from {{ ref('int_sessions') }} as sessions
inner join {{ ref('int_months') }} as months
    on {{ month_of('sessions.started_date') }} = months.month_start and sessions.started_date >= months.first_day
group by sessions.customer_id, months.month_start, sessions.seconds
