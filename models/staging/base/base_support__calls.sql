with recursive

raw_rows as not materialized (

    {{ raw_table('calls') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'calls') }}

),

transfers as (

    select
        call_id,
        transferred_from_call_id

    from folded
    where
        duplicate_fate is null and unparseable_rule is null and missing_rule is null
        and call_id is not null and transferred_from_call_id is not null

),

-- every call that a chain of transfers leads back to; the walk ends where it has been
reached as (

    select
        call_id,
        transferred_from_call_id,
        cast('|' || transferred_from_call_id || '|' as varchar) as been
    from transfers

    union all

    select
        reached.call_id,
        transfers.transferred_from_call_id,
        cast(reached.been || transfers.transferred_from_call_id || '|' as varchar)
    from reached
    inner join transfers on reached.transferred_from_call_id = transfers.call_id
    where position('|' || transfers.transferred_from_call_id || '|' in reached.been) = 0

),

judged as (

    select
        folded.*,
        case
            when lower(direction) not in ('inbound', 'outbound') then 'unknown_direction'
            when answered_at < queued_at or ended_at < queued_at or ended_at < answered_at then 'end_before_start'
            when hold_seconds < 0 or wrap_seconds < 0 then 'negative_duration'
            when is_abandoned and answered_at is not null then 'abandoned_and_answered'
            when call_id in (select call_id from reached where call_id = transferred_from_call_id) then 'transfer_cycle'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'calls') }}
