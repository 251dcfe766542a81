with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

-- how many customers pay each amount
sizes as (

    select
        sizes.state_day,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        sizes.mrr,
        sum(sizes.customer_periods) as customers

    from {{ ref('int_balance_sizes') }} as sizes
    inner join {{ ref('int_attribute_sets') }} as attribute_sets on sizes.attribute_set = attribute_sets.attribute_set
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3, 4

),

ranked as (

    select
        sizes.*,
        sum(customers) over (partition by state_day, segment_name, segment_value order by mrr desc) - customers as larger_customers,
        sum(customers) over (partition by state_day, segment_name, segment_value) as all_customers

    from sizes

),

-- the first ceil(customers / 10)
top_deciles as (

    select
        state_day,
        segment_name,
        segment_value,
        sum(mrr * least(customers, {{ integer_quotient('all_customers + 9', '10') }} - larger_customers)) as top_mrr

    from ranked
    where 10 * larger_customers < all_customers
    group by state_day, segment_name, segment_value

),

top_decile_revenue_share as (

    select
        'top_decile_revenue_share' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(top_deciles.top_mrr as double precision) / nullif(cast(segment_periods.closing_mrr as double precision), 0) as value

    from segment_periods
    inner join periods
        on segment_periods.period_type = periods.period_type and segment_periods.period_start = periods.period_start
    left join top_deciles
        on
            periods.closing_day = top_deciles.state_day
            and segment_periods.segment_name = top_deciles.segment_name
            and segment_periods.segment_value = top_deciles.segment_value

)

select * from top_decile_revenue_share
