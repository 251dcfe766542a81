with

observed as (

    select
        segment_name,
        sum(events + censored) as customers

    from {{ ref('survival_curves') }}
    group by segment_name

),

-- without a cut of history everybody who ever paid is a subject
expected as (

    select count(*) as customers from {{ ref('customers') }}
    where first_paid_day is not null

)

select * from observed
where
    customers > (select customers from expected)
    or ({{ 'false' if var('history_start') else 'true' }} and customers <> (select customers from expected))
