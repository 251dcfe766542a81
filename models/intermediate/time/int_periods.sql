with

months as (

    select * from {{ ref('int_months') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- the quarter and the fiscal year that a month lies in
fiscal as (

    select
        month_start,
        {{ add_months('month_start', '-mod(months_into_year, 3)') }} as quarter_start,
        {{ add_months('month_start', '-months_into_year') }} as year_start

    from (
        select
            month_start,
            mod(12 + cast(extract(month from month_start) as integer) - {{ var('fiscal_year_start_month') }}, 12) as months_into_year
        from months
    ) as positions

),

starts as (

    select 'month' as period_type, month_start as period_start, 1 as months_in_period from months
    union all
    select distinct 'quarter', quarter_start, 3 from fiscal
    union all
    select distinct 'year', year_start, 12 from fiscal
    union all
    -- twelve months that end with a month, where the spine holds the first of them
    select 'trailing_year', month_start, 12 from months
    where {{ add_months('month_start', 11) }} <= (select max(month_start) from months)

),

bounds as (

    select
        period_type,
        period_start,
        {{ add_months('period_start', 'months_in_period') }} as period_end,
        months_in_period,
        case
            when period_type = 'trailing_year' then {{ add_months('period_start', -12) }}
            else {{ add_months('period_start', '-months_in_period') }}
        end as previous_period_start

    from starts

),

-- history_start cuts the periods that hold it: they open the day before it
cut as (

    select
        bounds.*,
        greatest(period_start, {{ history_start_day() }}) as first_day

    from bounds

)

select
    cut.period_type,
    cut.period_start,
    cut.period_end,
    cut.months_in_period,
    cut.previous_period_start,
    cut.first_day,
    {{ add_days('cut.first_day', -1) }} as opening_day,
    least({{ add_days('cut.period_end', -1) }}, as_of.as_of_day) as closing_day,
    {{ add_days('cut.period_end', -1) }} <= as_of.as_of_day as is_over,
    cast({{ days_between('cut.first_day', 'least(cut.period_end, ' ~ add_days('as_of.as_of_day', 1) ~ ')') }} as integer) as days

from cut
cross join as_of
