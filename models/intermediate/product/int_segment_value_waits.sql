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

set_counts as (

    select
        periods.period_type,
        periods.period_start,
        balances.attribute_set,
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
    inner join {{ ref('int_customer_balances') }} as balances
        on measured.customer_id = balances.customer_id and periods.closing_day = balances.state_day
    group by periods.period_type, periods.period_start, balances.attribute_set, measured.wait_from, measured.wait_days

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
