select
    periods.period_type,
    periods.period_start,
    segments.segment_name,
    {{ segment_value('sends.') }} as segment_value,
    {{ count_where('sends.is_pending') }} as pending_surveys,
    {{ count_where('sends.is_delivered and not sends.is_pending') }} as delivered_surveys,
    {{ count_where('sends.is_delivered and not sends.is_pending and sends.is_answered') }} as answered_surveys

from {{ ref('int_survey_sends') }} as sends
inner join {{ ref('int_period_months') }} as period_months on {{ month_of('sends.sent_day') }} = period_months.month_start
inner join {{ ref('int_periods') }} as periods
    on
        period_months.period_type = periods.period_type
        and period_months.period_start = periods.period_start
        and sends.sent_day >= periods.first_day
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
