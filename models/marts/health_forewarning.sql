{%- set days = 60 -%}
with

months as (

    select * from {{ ref('int_months') }}

),

score_days as (

    select * from {{ ref('int_score_days') }}

),

health as (

    select * from {{ ref('int_health_scores') }}
    where is_banded

),

churn_events as (

    select
        events.customer_id,
        events.churn_day,
        months.month_start

    from {{ ref('int_churn_events') }} as events
    inner join months on events.churn_day >= months.first_day and events.churn_day <= months.closing_day
    where not events.is_dropped

),

-- a warning in time: the last score day at least {{ days }} days before
warning_days as (

    select
        churn_events.customer_id,
        churn_events.churn_day,
        churn_events.month_start,
        max(months.closing_day) as score_day

    from churn_events
    inner join months on months.closing_day <= {{ add_days('churn_events.churn_day', -days) }}
    group by churn_events.customer_id, churn_events.churn_day, churn_events.month_start

),

sums as (

    select
        warning_days.month_start,
        count(*) as churn_events,
        {{ count_where("health.colour = 'red'") }} as red_churn_events,
        sum(score_days.mrr) as churned_mrr,
        sum(case when health.colour = 'red' then score_days.mrr else 0 end) as red_churned_mrr

    from warning_days
    inner join health on warning_days.customer_id = health.customer_id and warning_days.score_day = health.score_day
    inner join score_days on warning_days.customer_id = score_days.customer_id and warning_days.score_day = score_days.score_day
    group by warning_days.month_start

)

select
    month_start,
    churn_events,
    red_churn_events,
    cast(churned_mrr as decimal(38, 10)) as churned_mrr,
    cast(red_churned_mrr as decimal(38, 10)) as red_churned_mrr,
    cast(red_churned_mrr as double precision) / cast(churned_mrr as double precision) as red_share_of_churned_mrr,
    churn_events < {{ var('minimum_sample') }} as is_small_sample

from sums
