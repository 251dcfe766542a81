with

months as (

    select * from {{ ref('int_months') }}

),

cells as (

    select * from {{ ref('int_segment_periods__opening') }}
    where period_type = 'month' and opening_customers > 0

),

-- months with six of the spine before them
sums as (

    select
        months.closing_day,
        cells.segment_name,
        cells.segment_value,
        sum(cells.opening_customers) as opening_customers_of_six_months,
        sum(cells.churned_customers) as churned_customers_of_six_months

    from months
    inner join cells on cells.period_start < months.month_start and cells.period_start >= {{ add_months('months.month_start', -6) }}
    where months.month_number >= 6
    group by months.closing_day, cells.segment_name, cells.segment_value

)

select
    periods.period_type,
    periods.period_start,
    sums.segment_name,
    sums.segment_value,
    cast(sums.opening_customers_of_six_months as bigint) as opening_customers_of_six_months,
    cast(sums.churned_customers_of_six_months as bigint) as churned_customers_of_six_months

from sums
inner join {{ ref('int_periods') }} as periods on sums.closing_day = periods.closing_day
