with recursive

calls as (

    select * from {{ ref('stg_support__calls') }}

),

-- a leg belongs to the call that its chain of transfers begins with, as far as staged rows lead
legs as (

    select
        calls.call_id,
        calls.call_id as root_call_id

    from calls
    left join calls as origins on calls.transferred_from_call_id = origins.call_id
    where origins.call_id is null

    union all

    select
        calls.call_id,
        legs.root_call_id

    from legs
    inner join calls on legs.call_id = calls.transferred_from_call_id

),

-- what has not ended by the as-of day is not read
ended as (

    select
        legs.root_call_id,
        calls.*

    from legs
    inner join calls on legs.call_id = calls.call_id
    where calls.ended_date <= (select as_of_day from {{ ref('int_as_of') }})

),

leg_sums as (

    select
        root_call_id,
        count(*) as legs,
        -- time on hold lies within the time from answer to end
        sum(
            case
                when answered_at is not null then {{ seconds_between('answered_at', 'ended_at') }} + coalesce(wrap_seconds, 0) else 0
            end
        ) as handle_seconds,
        {{ any_true('is_resolved') }} as is_resolved,
        {{ any_true('is_resolved is not null') }} as has_outcome

    from ended
    group by root_call_id

),

waited as (

    select
        ended.*,
        {{ seconds_between('queued_at', 'coalesce(answered_at, ended_at)') }} as wait_seconds

    from ended
    where call_id = root_call_id and direction = 'inbound'

)

select
    calls.call_id,
    calls.customer_id,
    coalesce(calls.queue, '(unknown)') as queue,
    calls.queued_at,
    calls.queued_date,
    calls.answered_at,
    calls.ended_at,
    calls.wait_seconds,
    calls.answered_at is not null as is_answered,
    -- who hangs up at once is in the volume and in no rate
    calls.answered_at is null and calls.wait_seconds >= {{ var('short_abandon_seconds') }} as is_abandoned,
    calls.wait_seconds <= {{ var('service_level_seconds') }} as is_within_threshold,
    cast(leg_sums.legs as bigint) as legs,
    leg_sums.legs > 1 as is_transferred,
    cast(case when calls.answered_at is not null then leg_sums.handle_seconds end as decimal(38, 10)) as handle_seconds,
    case when leg_sums.has_outcome then leg_sums.is_resolved end as is_resolved,
    {{ unit_attributes('spans.') }}

from waited as calls
inner join leg_sums on calls.call_id = leg_sums.root_call_id
left join {{ ref('int_customers') }} as customers on calls.customer_id = customers.customer_id
left join {{ ref('int_customer_spans') }} as spans
    on calls.customer_id = spans.customer_id and calls.queued_date >= spans.valid_from and calls.queued_date < spans.valid_to
-- a call may name nobody, but not a test customer
where calls.customer_id is null or customers.customer_id is not null
