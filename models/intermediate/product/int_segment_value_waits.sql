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

),

-- waits and sets of attributes are counted by the months in which they begin and end, before the periods are counted out
stretches as (

    select
        {{ month_of('measured.start_day') }} as start_month,
        standings.attribute_set,
        standings.from_month,
        standings.to_month,
        measured.wait_from,
        measured.wait_days,
        count(*) as customers,
        {{ count_where('measured.is_valued') }} as valued_customers

    from measured
    inner join {{ ref('int_customer_standings') }} as standings
        on measured.customer_id = standings.customer_id and {{ month_of('measured.start_day') }} < standings.to_month
    where measured.start_day >= {{ history_start_day() }}
    group by 1, 2, 3, 4, 5, 6

),

set_counts as (

    select
        periods.period_type,
        periods.period_start,
        stretches.attribute_set,
        stretches.wait_from,
        stretches.wait_days,
        sum(stretches.customers) as customers,
        sum(stretches.valued_customers) as valued_customers

    from stretches
    inner join {{ ref('int_period_months') }} as period_months on stretches.start_month = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and {{ month_of('periods.closing_day') }} >= stretches.from_month
            and {{ month_of('periods.closing_day') }} < stretches.to_month
    group by periods.period_type, periods.period_start, stretches.attribute_set, stretches.wait_from, stretches.wait_days

)

select
    set_counts.period_type,
    set_counts.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    set_counts.wait_from,
    set_counts.wait_days,
    cast(sum(set_counts.customers) as bigint) as customers,
    cast(sum(set_counts.valued_customers) as bigint) as valued_customers

from set_counts
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_counts.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4, 5, 6
