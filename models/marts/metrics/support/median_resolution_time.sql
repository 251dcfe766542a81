with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

medians as (

    select * from {{ ref('int_segment_medians__support') }}
    where duration = 'resolution'

),

ticket_status_changes as (

    select * from {{ ref('stg_support__ticket_status_changes') }}

),

median_resolution_time as (

    select
        'median_resolution_time' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        medians.median_seconds as value

    from segment_periods
    left join medians
        on
            segment_periods.period_type = medians.period_type
            and segment_periods.period_start = medians.period_start
            and segment_periods.segment_name = medians.segment_name
            and segment_periods.segment_value = medians.segment_value
    where exists (select 1 from ticket_status_changes)

)

select * from median_resolution_time
