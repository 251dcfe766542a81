{{ config(materialized='view') }}
with

standings as (

    select
        states.customer_id,
        states.attribute_set,
        {{ month_of('states.stands_since') }} as from_month,
        case when states.stands_until > as_of.as_of_day then {{ forever() }} else {{ month_of('states.stands_until') }} end as to_month

    from {{ ref('int_customer_states') }} as states
    inner join {{ ref('int_as_of') }} as as_of on states.stands_since <= as_of.as_of_day

)

select * from standings
-- some begin and end between two closes
where from_month < to_month
