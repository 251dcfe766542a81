-- of the days that are score days still: what was recorded last is what customer_health says
with

ranked as (

    select
        history.*,
        row_number() over (partition by customer_id, score_day order by record_number desc) as age_rank

    from {{ ref('customer_health_history') }} as history
    where score_day in (select closing_day from {{ ref('int_months') }})

),

last_records as (

    select * from ranked
    where age_rank = 1 and not is_gone

)

select
    coalesce(health.customer_id, last_records.customer_id) as customer_id,
    coalesce(health.score_day, last_records.score_day) as score_day,
    health.score,
    last_records.score as recorded_score

from {{ ref('customer_health') }} as health
full outer join last_records on health.customer_id = last_records.customer_id and health.score_day = last_records.score_day
where
    health.customer_id is null
    or last_records.customer_id is null
    or health.score is distinct from last_records.score
    or health.coverage is distinct from last_records.coverage
