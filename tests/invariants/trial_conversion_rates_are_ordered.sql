-- in the trial, by the end of the grace, so far: each includes the one before
with

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'trial_conversion_rate_strict' then numerator end) as in_trial,
        max(case when metric_name = 'trial_conversion_rate' then numerator end) as in_grace,
        max(case when metric_name = 'trial_conversion_rate_ever' then numerator end) as so_far,
        max(case when metric_name = 'trial_conversion_rate_ever' then denominator end) as trials

    from {{ ref('metrics') }}
    where metric_name in ('trial_conversion_rate_strict', 'trial_conversion_rate', 'trial_conversion_rate_ever')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where not (0 <= in_trial and in_trial <= in_grace and in_grace <= so_far and so_far <= trials)
