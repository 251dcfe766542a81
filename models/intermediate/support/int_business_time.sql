{%- set zone = var('business_timezone') or var('reporting_timezone') -%}
with

business_hours as (

    select
        iso_weekday,
        {{ minutes_of('opens_at') }} as opens_after_minutes,
        {{ minutes_of('closes_at') }} as closes_after_minutes

    from {{ ref('business_hours') }}

),

business_holidays as (

    select cast(holiday_date as date) as holiday_date from {{ ref('business_holidays') }}

),

-- from the first ticket to the as-of day, with room for any two zones
bounds as (

    select
        {{ add_days('min(tickets.created_date)', -2) }} as first_day,
        {{ days_between(add_days('min(tickets.created_date)', -2), add_days('max(as_of.as_of_day)', 2)) }} as days

    from {{ ref('stg_support__tickets') }} as tickets
    cross join {{ ref('int_as_of') }} as as_of

),

numbers as (

    {{ numbers('select days from bounds') }}

),

days as (

    select {{ add_days('bounds.first_day', 'numbers.n') }} as calendar_day
    from bounds
    cross join numbers

),

stretches as (

    select
        {{ local_to_utc("cast(days.calendar_day as timestamp) + business_hours.opens_after_minutes * interval '1 minute'", zone) }} as opens_at,
        {{ local_to_utc("cast(days.calendar_day as timestamp) + business_hours.closes_after_minutes * interval '1 minute'", zone) }} as closes_at

    from days
    inner join business_hours on {{ iso_weekday('days.calendar_day') }} = business_hours.iso_weekday
    left join business_holidays on days.calendar_day = business_holidays.holiday_date
    where business_holidays.holiday_date is null

),

-- the clock is cut where anything opens or closes, and at every midnight, so that a day leads to its few pieces
cuts as (

    select cast(calendar_day as timestamp) as cut_at, 0 as opened from days
    union all
    select opens_at, 1 from stretches
    where opens_at < closes_at
    union all
    select closes_at, -1 from stretches
    where opens_at < closes_at

),

pieces as (

    select
        cut_at as starts_at,
        lead(cut_at) over (order by cut_at) as ends_at,
        sum(sum(opened)) over (order by cut_at) > 0 as is_open

    from cuts
    group by cut_at

)

select
    cast(starts_at as date) as utc_day,
    starts_at,
    ends_at,
    is_open,
    cast(
        coalesce(
            sum(case when is_open then {{ seconds_between('starts_at', 'ends_at') }} else 0 end)
                over (order by starts_at rows between unbounded preceding and 1 preceding),
            0
        ) as decimal(38, 10)
    ) as open_seconds_before

from pieces
where ends_at is not null
