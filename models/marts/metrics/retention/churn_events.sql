with

segment_periods as (

    select * from {{ ref('int_segment_periods__retention') }}

),

churn_events as (

    select
        'churn_events' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(churn_events as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods

)

select * from churn_events
