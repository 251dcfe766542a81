-- The seconds that are divided by sessions and by users are the same, and no session lasts less than none.
select
    by_session.period_type,
    by_session.period_start,
    by_session.segment_name,
    by_session.segment_value,
    by_session.numerator as seconds_by_session,
    by_user.numerator as seconds_by_user

from {{ ref('metrics') }} as by_session
inner join {{ ref('metrics') }} as by_user
    on
        by_session.period_type = by_user.period_type
        and by_session.period_start = by_user.period_start
        and by_session.segment_name = by_user.segment_name
        and by_session.segment_value = by_user.segment_value
where
    by_session.metric_name = 'average_session_duration'
    and by_user.metric_name = 'average_time_on_platform'
    and (by_session.numerator <> by_user.numerator or by_session.numerator < 0)
