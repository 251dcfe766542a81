with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

trials as (

    select * from {{ ref('int_trials') }}

),

trial_conversion_rate as (

    select
        'trial_conversion_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(trials_converted_in_grace as decimal(38, 10)) as numerator,
        cast(decided_trials as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from trials)

),

trial_conversion_rate_strict as (

    select
        'trial_conversion_rate_strict' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(trials_converted_in_trial as decimal(38, 10)) as numerator,
        cast(decided_trials as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from trials)

),

trial_conversion_rate_ever as (

    select
        'trial_conversion_rate_ever' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(trials_converted_ever as decimal(38, 10)) as numerator,
        cast(decided_trials as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from trials)

),

trial_conversion_rate_of_ended as (

    select
        'trial_conversion_rate_of_ended' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(conversions as decimal(38, 10)) as numerator,
        cast(ended_trials as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from trials)

)

select * from trial_conversion_rate
union all
select * from trial_conversion_rate_strict
union all
select * from trial_conversion_rate_ever
union all
select * from trial_conversion_rate_of_ended
