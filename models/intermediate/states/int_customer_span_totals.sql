{{ made_by_customer() }}
with

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

totals as (

    select
        customer_spans.customer_id,
        customer_spans.valid_from,
        customer_spans.valid_to,
        customer_spans.is_paying,
        customer_spans.is_paused,
        {{ hash_of(segment_attributes('customer_spans.').split(', ')) }} as attribute_set,
        coalesce(home_mrr.mrr, 0) as home_mrr,
        sum(home_mrr.mrr * {{ days_between('customer_spans.valid_from', 'customer_spans.valid_to') }})
            over before_the_span as home_mrr_days_before,
        count(case when customer_spans.is_paying then 1 end) over by_customer as paying_spans,
        count(case when not events.is_dropped then 1 end) over by_customer as churn_events,
        max(events.churn_day) over by_customer as last_churn_day

    from customer_spans
    left join home_mrr
        on customer_spans.customer_id = home_mrr.customer_id and customer_spans.valid_from = home_mrr.valid_from
    left join {{ ref('int_churn_events') }} as events
        on customer_spans.customer_id = events.customer_id and customer_spans.valid_from = events.churn_day
    window
        by_customer as (partition by customer_spans.customer_id order by customer_spans.valid_from),
        before_the_span as (
            partition by customer_spans.customer_id order by customer_spans.valid_from rows between unbounded preceding and 1 preceding
        )

)

select
    customer_id,
    valid_from,
    valid_to,
    is_paying,
    is_paused,
    attribute_set,
    customer_id in (select customer_id from foreign_customers) as is_revalued,
    cast(home_mrr as decimal(38, 10)) as home_mrr,
    cast(coalesce(home_mrr_days_before, 0) as decimal(38, 10)) as home_mrr_days_before,
    cast(paying_spans as integer) as paying_spans,
    cast(churn_events as integer) as churn_events,
    last_churn_day

from totals
