with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

customer_periods as (

    select * from {{ ref('int_customer_periods') }}

),

segments as (

    select * from {{ ref('int_segments') }}

),

paying_customers as (

    select
        customer_periods.period_type,
        customer_periods.period_start,
        segments.segment_name,
        {{ segment_value('customer_periods.closing_') }} as segment_value,
        customer_periods.customer_id,
        customer_periods.closing_mrr

    from customer_periods
    cross join segments
    where customer_periods.closing_mrr > 0

),

ranked as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        closing_mrr,
        row_number() over (
            partition by period_type, period_start, segment_name, segment_value order by closing_mrr desc, customer_id asc
        ) as size_rank,
        count(*) over (partition by period_type, period_start, segment_name, segment_value) as customers

    from paying_customers

),

-- rank <= ceil(customers / 10), in whole numbers
top_deciles as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        sum(closing_mrr) as top_mrr

    from ranked
    where 10 * (size_rank - 1) < customers
    group by period_type, period_start, segment_name, segment_value

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
    left join top_deciles
        on
            segment_periods.period_type = top_deciles.period_type
            and segment_periods.period_start = top_deciles.period_start
            and segment_periods.segment_name = top_deciles.segment_name
            and segment_periods.segment_value = top_deciles.segment_value

)

select * from top_decile_revenue_share
