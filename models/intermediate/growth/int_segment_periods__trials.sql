select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('trials.') }} as segment_value,
    {{ count_where("trials.event = 'started' and trials.is_pending") }} as pending_trials,
    {{ count_where("trials.event = 'started' and not trials.is_pending") }} as decided_trials,
    {{ count_where("trials.event = 'started' and not trials.is_pending and trials.is_converted_in_grace") }} as trials_converted_in_grace,
    {{ count_where("trials.event = 'started' and not trials.is_pending and trials.is_converted_in_trial") }} as trials_converted_in_trial,
    {{ count_where("trials.event = 'started' and not trials.is_pending and trials.is_converted") }} as trials_converted_ever,
    {{ count_where("trials.event = 'converted'") }} as conversions,
    {{ count_where("trials.event = 'ended'") }} as ended_trials

from {{ ref('int_trials') }} as trials
inner join {{ ref('int_periods') }} as periods
    on trials.event_day >= periods.first_day and trials.event_day <= periods.closing_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
