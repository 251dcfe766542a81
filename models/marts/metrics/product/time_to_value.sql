with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

waits as (

    select * from {{ ref('int_segment_value_waits') }}

),

journeys as (

    select * from {{ ref('stg_product__journeys') }}

),

milestones as (

    select * from {{ ref('stg_product__milestones') }}

),

-- who gets there, or is last seen waiting, on a day was still waiting on it
risks as (

    select
        waits.*,
        sum(customers) over (
            partition by wait_from, period_type, period_start, segment_name, segment_value order by wait_days desc
        ) as at_risk

    from waits

),

-- a day on which everybody left gets there has no logarithm: from there on nobody waits
curves as (

    select
        risks.*,
        max(case when valued_customers = at_risk then 1 else 0 end) over (
            partition by wait_from, period_type, period_start, segment_name, segment_value order by wait_days
        ) = 1 as is_nobody_waiting,
        sum(
            case
                when valued_customers < at_risk
                    then ln(cast(at_risk - valued_customers as double precision) / cast(at_risk as double precision))
                else cast(0 as double precision)
            end
        ) over (partition by wait_from, period_type, period_start, segment_name, segment_value order by wait_days) as log_share_waiting

    from risks

),

-- a half is a half although logarithms are rounded
medians as (

    select
        wait_from,
        period_type,
        period_start,
        segment_name,
        segment_value,
        min(wait_days) as median_days

    from curves
    where is_nobody_waiting or exp(log_share_waiting) <= 0.5 + 1e-12
    group by wait_from, period_type, period_start, segment_name, segment_value

),

time_to_value as (

    select
        'time_to_value' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(medians.median_days as double precision) as value

    from segment_periods
    left join medians
        on
            segment_periods.period_type = medians.period_type
            and segment_periods.period_start = medians.period_start
            and segment_periods.segment_name = medians.segment_name
            and segment_periods.segment_value = medians.segment_value
            and medians.wait_from = 'first_interaction'
    where exists (select 1 from journeys) and exists (select 1 from milestones)

),

time_to_value_from_purchase as (

    select
        'time_to_value_from_purchase' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(medians.median_days as double precision) as value

    from segment_periods
    left join medians
        on
            segment_periods.period_type = medians.period_type
            and segment_periods.period_start = medians.period_start
            and segment_periods.segment_name = medians.segment_name
            and segment_periods.segment_value = medians.segment_value
            and medians.wait_from = 'purchase'
    where exists (select 1 from journeys) and exists (select 1 from milestones)

)

select * from time_to_value
union all
select * from time_to_value_from_purchase
