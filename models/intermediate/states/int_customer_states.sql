with

state_days as (

    select * from {{ ref('int_state_days') }}

),

pieces as (

    select
        pieces.*,
        reporting.reporting_currency is null as is_foreign

    from {{ ref('int_item_pieces') }} as pieces
    left join {{ ref('int_reporting_currency') }} as reporting on pieces.currency = reporting.reporting_currency

),

foreign_customers as (

    select distinct customer_id from pieces
    where is_foreign

),

foreign_mrr as (

    select * from {{ ref('int_foreign_mrr') }}

),

customer_spans as (

    select * from {{ ref('int_customer_spans') }}

),

-- what is billed in the reporting currency stands still with the span
home_mrr as (

    select
        customer_spans.customer_id,
        customer_spans.valid_from,
        sum(pieces.mrr) as mrr

    from customer_spans
    inner join pieces
        on
            customer_spans.customer_id = pieces.customer_id
            and customer_spans.valid_from >= pieces.valid_from
            and customer_spans.valid_from < pieces.valid_to
    where pieces.mrr > 0 and not pieces.is_foreign
    group by customer_spans.customer_id, customer_spans.valid_from

),

-- each span with what came before it: days paid for, spans that paid, churn events
spans as (

    select
        customer_spans.customer_id,
        customer_spans.valid_from,
        customer_spans.valid_to,
        customer_spans.is_paying,
        customer_spans.is_paused,
        {{ hash_of(segment_attributes('customer_spans.').split(', ')) }} as attribute_set,
        coalesce(home_mrr.mrr, 0) as home_mrr,
        coalesce(
            sum(home_mrr.mrr * {{ days_between('customer_spans.valid_from', 'customer_spans.valid_to') }})
                over (by_customer rows between unbounded preceding and 1 preceding),
            0
        ) as home_mrr_days,
        count(case when customer_spans.is_paying then 1 end) over by_customer as paying_spans,
        count(case when not events.is_dropped then 1 end) over by_customer as churn_events,
        max(events.churn_day) over by_customer as last_churn_day

    from customer_spans
    left join home_mrr
        on customer_spans.customer_id = home_mrr.customer_id and customer_spans.valid_from = home_mrr.valid_from
    left join {{ ref('int_churn_events') }} as events
        on customer_spans.customer_id = events.customer_id and customer_spans.valid_from = events.churn_day
    window by_customer as (partition by customer_spans.customer_id order by customer_spans.valid_from)

),

-- runs of state days in a span; billed in other currencies, a customer is worth something else on each of them
runs as (

    select
        spans.customer_id,
        spans.valid_from,
        case when foreign_customers.customer_id is null then spans.valid_from else state_days.state_day end as stands_since,
        min(state_days.state_day) as first_day,
        max(state_days.state_day) as last_day,
        min(state_days.months_closed) as months_at_first_day,
        max(state_days.months_closed) as months_at_last_day

    from spans
    inner join state_days on state_days.state_day >= spans.valid_from and state_days.state_day < spans.valid_to
    left join foreign_customers on spans.customer_id = foreign_customers.customer_id
    group by 1, 2, 3

),

valued as (

    select
        runs.*,
        spans.is_paying,
        spans.is_paused,
        spans.attribute_set,
        spans.paying_spans,
        spans.churn_events,
        spans.last_churn_day,
        first_days.month_days,
        spans.home_mrr + coalesce(foreign_mrr.mrr, 0) as mrr,
        spans.home_mrr_days + spans.home_mrr * ({{ days_between('runs.valid_from', 'runs.first_day') }} + 1)
        + coalesce(sum(foreign_mrr.mrr_days) over (partition by runs.customer_id order by runs.first_day), 0) as mrr_days_to_date

    from runs
    inner join spans on runs.customer_id = spans.customer_id and runs.valid_from = spans.valid_from
    inner join state_days as first_days on runs.first_day = first_days.state_day
    left join foreign_mrr on runs.customer_id = foreign_mrr.customer_id and runs.first_day = foreign_mrr.state_day

),

-- the month that closes on the first day is mixed, the months after it are not
month_days as (

    select
        valued.*,
        mrr_days_to_date - lag(mrr_days_to_date + mrr * {{ days_between('first_day', 'last_day') }})
            over (partition by customer_id order by first_day) as first_month_mrr_days

    from valued

),

months as (

    select
        month_days.*,
        case
            when months_at_first_day = 0 then 0
            else {{ rounded_quotient(scaled('first_month_mrr_days', 10), 'month_days') }}
        end as first_month_average

    from month_days

)

select
    customer_id,
    stands_since,
    first_day,
    last_day,
    months_at_first_day,
    attribute_set,
    is_paying,
    is_paused,
    cast(mrr as decimal(38, 10)) as mrr,
    cast(mrr_days_to_date as decimal(38, 10)) as mrr_days_to_date,
    cast(
        first_month_average
        + coalesce(
            sum(first_month_average + mrr * (months_at_last_day - months_at_first_day))
                over (partition by customer_id order by first_day rows between unbounded preceding and 1 preceding),
            0
        ) as decimal(38, 10)
    ) as monthly_mrr_to_date,
    cast(paying_spans as integer) as paying_spans,
    cast(churn_events as integer) as churn_events,
    last_churn_day

from months
