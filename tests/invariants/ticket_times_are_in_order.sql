-- Nothing is answered or solved before it is created; a first solve is not later than the last; a ticket that was answered before it was solved was
-- answered no later; business time is part of the time.
select * from {{ ref('tickets') }}
where
    first_response_seconds < 0
    or first_resolution_seconds < 0
    or first_resolution_seconds > resolution_seconds
    or (first_response_at <= last_solved_at and first_response_seconds > resolution_seconds)
    or first_response_business_seconds not between 0 and first_response_seconds
    or first_resolution_business_seconds not between 0 and first_resolution_seconds
    or resolution_business_seconds not between 0 and resolution_seconds
    or first_resolution_business_seconds > resolution_business_seconds
    or replies > customer_runs
    or (last_solved_at is not null and first_solved_at is null)
    or (is_first_contact_in_window and not (is_first_contact and is_resolved_in_window))
