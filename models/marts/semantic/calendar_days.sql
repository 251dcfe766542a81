with

periods as (

    select * from {{ ref('int_periods') }}

),

months as (

    select * from {{ ref('int_months') }}

),

years as (

    select * from periods
    where period_type = 'year'

),

bounds as (

    select
        min(period_start) as first_day,
        max(period_end) as end_day

    from years

),

numbers as (

    {{ numbers('select ' ~ days_between('first_day', 'end_day') ~ ' - 1 from bounds') }}

),

days as (

    select {{ add_days('bounds.first_day', 'numbers.n') }} as calendar_day

    from bounds
    cross join numbers

),

-- quarters on both sides of the spine, too
quarters as (

    select
        {{ add_months('years.period_start', '3 * numbers.n') }} as fiscal_quarter,
        years.period_start as fiscal_year

    from years
    inner join numbers on numbers.n < 4

),

calendar_days as (

    select
        days.calendar_day,
        {{ month_of('days.calendar_day') }} as month_start,
        quarters.fiscal_quarter,
        quarters.fiscal_year,
        months.month_start is not null as is_reported

    from days
    inner join quarters
        on days.calendar_day >= quarters.fiscal_quarter and days.calendar_day < {{ add_months('quarters.fiscal_quarter', 3) }}
    left join months on days.calendar_day >= months.month_start and days.calendar_day < months.month_end

)

select * from calendar_days
