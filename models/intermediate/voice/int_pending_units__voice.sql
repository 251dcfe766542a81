select
    'survey_response_rate' as metric_name,
    period_type,
    period_start,
    pending_surveys as pending_units

from {{ ref('int_segment_periods__survey_sends') }}
where segment_name = 'all' and pending_surveys > 0
