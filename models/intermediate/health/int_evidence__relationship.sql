{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

touch_days as (

    select distinct
        customer_id,
        touch_day

    from {{ ref('int_touches') }}

),

-- a touch is the last one until the day of the next
touches as (

    select
        customer_id,
        touch_day,
        coalesce(lead(touch_day) over (partition by customer_id order by touch_day), {{ forever() }}) as until_day

    from touch_days

)

select
    touches.customer_id,
    months.closing_day as score_day,
    'days_since_touch' as measure,
    cast({{ days_between('touches.touch_day', 'months.closing_day') }} as decimal(38, 10)) as raw_value,
    cast(1 as bigint) as observations,
    cast({{ days_between('touches.touch_day', 'months.closing_day') }} as integer) as age_days

from touches
inner join {{ ref('int_months') }} as months on touches.touch_day <= months.closing_day and touches.until_day > months.closing_day
