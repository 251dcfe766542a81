with

events as (

    select
        user_id,
        event_name,
        feature,
        occurred_date,
        event_count

    from {{ ref('stg_product__usage_events') }}

)

select
    occurred_date,
    cast(sum({{ row_hash('events') }}) as decimal(38, 0)) as fingerprint

from events
group by occurred_date
