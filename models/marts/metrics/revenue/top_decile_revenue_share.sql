with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

balances as (

    select * from {{ ref('int_customer_balances') }}

),

attribute_sets as (

    select * from {{ ref('int_attribute_sets') }}

),

segments as (

    select * from {{ ref('int_segments') }}

),

-- customers of equal MRR are told apart by nothing: they are counted before they are cut into segments and ranked
equal_payers as (

    select
        state_day,
        attribute_set,
        mrr,
        count(*) as customers

    from balances
    where mrr > 0
    group by state_day, attribute_set, mrr

),

segment_payers as (

    select
        equal_payers.state_day,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        equal_payers.mrr,
        sum(equal_payers.customers) as customers

    from equal_payers
    inner join attribute_sets on equal_payers.attribute_set = attribute_sets.attribute_set
    cross join segments
    group by 1, 2, 3, 4

),

ranked as (

    select
        state_day,
        segment_name,
        segment_value,
        mrr,
        customers,
        sum(customers) over (
            partition by state_day, segment_name, segment_value order by mrr desc rows between unbounded preceding and current row
        ) - customers as larger_customers,
        ceil(sum(customers) over (partition by state_day, segment_name, segment_value) / 10.0) as top_customers

    from segment_payers

),

top_deciles as (

    select
        state_day,
        segment_name,
        segment_value,
        sum(mrr * cast(least(customers, top_customers - larger_customers) as bigint)) as top_mrr

    from ranked
    where larger_customers < top_customers
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
