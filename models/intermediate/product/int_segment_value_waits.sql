with

as_of as (

    select * from {{ ref('int_as_of') }}

),

value_moments as (

    select * from {{ ref('int_customer_value_moments') }}

),

-- waits that begin with the first interaction, and with the purchase
waits as (

    select
        'first_interaction' as wait_from,
        customer_id,
        start_day,
        value_day

    from value_moments

    union all

    select
        'purchase',
        customer_id,
        purchase_day,
        value_day

    from value_moments

),

-- who is not there yet has waited until the as-of day
measured as (

    select
        waits.wait_from,
        waits.customer_id,
        waits.start_day,
        waits.value_day is not null as is_valued,
        cast(greatest({{ days_between('waits.start_day', 'coalesce(waits.value_day, as_of.as_of_day)') }}, 0) as integer) as wait_days

    from waits
    cross join as_of
    where waits.start_day <= as_of.as_of_day

)

select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('days.') }} as segment_value,
    measured.wait_from,
    measured.wait_days,
    count(*) as customers,
    {{ count_where('measured.is_valued') }} as valued_customers

from measured
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('measured.start_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and measured.start_day >= periods.first_day
inner join {{ ref('int_customer_days') }} as days
    on measured.customer_id = days.customer_id and periods.closing_day = days.state_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5, 6
