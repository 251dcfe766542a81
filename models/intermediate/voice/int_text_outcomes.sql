with

as_of as (

    select * from {{ ref('int_as_of') }}

),

texts as (

    select
        texts.text_id,
        texts.customer_id,
        texts.text_day,
        {{ add_days('texts.text_day', var('churn_horizon_days')) }} as watched_until_day

    from {{ ref('int_texts') }} as texts
    inner join {{ ref('int_customer_spans') }} as spans
        on texts.customer_id = spans.customer_id and texts.text_day >= spans.valid_from and texts.text_day < spans.valid_to
    where spans.is_paying

)

select
    texts.text_id,
    texts.customer_id,
    texts.watched_until_day > (select as_of_day from as_of) as is_pending,
    {{ any_true('events.churn_day is not null') }} as is_followed_by_churn

from texts
left join {{ ref('int_churn_events') }} as events
    on
        texts.customer_id = events.customer_id
        and not events.is_dropped
        and events.churn_day > texts.text_day
        and events.churn_day <= texts.watched_until_day
group by texts.text_id, texts.customer_id, texts.watched_until_day
