-- A period closes where another opens: these are the month ends, the as-of day, and the opening days of the first periods.
with

periods as (

    select * from {{ ref('int_periods') }}

),

days as (

    select opening_day as state_day from periods
    union
    select closing_day from periods

)

select
    days.state_day,
    -- 0 before the first month closes; the days of the month that closes on the day
    coalesce(months.month_number + 1, 0) as months_closed,
    {{ days_between('months.first_day', add_days('months.closing_day', 1)) }} as month_days

from days
left join {{ ref('int_months') }} as months on days.state_day = months.closing_day
