with

as_of as (

    select * from {{ ref('int_as_of') }}

),

users as (

    select * from {{ ref('int_users') }}

),

source_sessions as (

    select * from {{ ref('stg_product__sessions') }}

),

-- read only where the source has no sessions of its own
events as (

    select
        users.user_id,
        users.customer_id,
        events.occurred_at,
        events.occurred_date,
        lag(events.occurred_at) over (partition by events.user_id order by events.occurred_at) as previous_at

    from {{ ref('stg_product__usage_events') }} as events
    inner join users on events.user_id = users.user_id
    where
        events.occurred_date <= (select as_of_day from as_of)
        and not exists (select 1 from source_sessions)

),

-- events of one instant share a number, whichever of them comes first
numbered as (

    select
        events.*,
        sum(
            case
                when previous_at is null then 1
                when {{ seconds_between('previous_at', 'occurred_at') }} >= {{ var('session_gap_minutes') }} * 60 then 1
                else 0
            end
        ) over (partition by user_id order by occurred_at) as session_number

    from events

),

cut as (

    select
        user_id,
        customer_id,
        min(occurred_date) as started_date,
        {{ seconds_between('min(occurred_at)', 'max(occurred_at)') }} as seconds

    from numbered
    group by user_id, customer_id, session_number

),

given as (

    select
        users.user_id,
        users.customer_id,
        source_sessions.started_date,
        {{ seconds_between('source_sessions.started_at', 'source_sessions.ended_at') }} as seconds

    from source_sessions
    inner join users on source_sessions.user_id = users.user_id
    where source_sessions.ended_date <= (select as_of_day from as_of)

)

select
    user_id,
    customer_id,
    started_date,
    seconds
from given
union all
select
    user_id,
    customer_id,
    started_date,
    seconds
from cut
