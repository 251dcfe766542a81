-- Of the published service levels: who gave up counts as not served, as served where the wait was short, as nobody. So the first is not above the
-- second; and it is not above the canonical one, nor that above the share of the answered calls alone.
select * from {{ ref('call_service_levels') }}
where
    answered_within_of_offered > answered_or_abandoned_within_of_offered
    or answered_or_abandoned_within_of_offered > answered_within_or_abandoned_of_offered
    or answered_within_of_offered > answered_within_of_answered_or_abandoned_after
    or answered_within_of_answered_or_abandoned_after > answered_within_of_answered
    or calls <> answered_calls + abandoned_calls + short_abandoned_calls
    or offered_calls <> answered_calls + abandoned_calls
    or answered_within_calls > answered_calls
    or abandoned_within_calls > abandoned_calls
