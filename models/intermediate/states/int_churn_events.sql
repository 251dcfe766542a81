with

as_of as (

    select * from {{ ref('int_as_of') }}

),

spans as (

    select
        customer_spans.*,
        is_paying or is_paused as is_contracted,
        lag(is_paying or is_paused) over (partition by customer_id order by valid_from) as was_contracted,
        min(case when is_paying then valid_from end) over (
            partition by customer_id order by valid_from rows between 1 following and unbounded following
        ) as next_paid_day

    from {{ ref('int_customer_spans') }} as customer_spans

),

-- the first day of neither paying nor paused; the span before it holds the attributes of the day before
events as (

    select
        spans.*,
        valid_from as churn_day,
        {{ add_days('valid_from', -1) }} as day_before

    from spans
    where was_contracted and not is_contracted and valid_from <= (select as_of_day from as_of)

),

-- a return sooner than reactivation_min_gap_days makes the event none, though snapshots between still ask for its cause
judged as (

    select
        events.*,
        coalesce(
            next_paid_day <= (select as_of_day from as_of)
            and next_paid_day < {{ add_days('churn_day', var('reactivation_min_gap_days')) }},
            false
        ) as is_dropped

    from events

),

-- subscriptions that had ended by then; of the latest, either failed payment makes the churn involuntary and the smallest id names the reason
subscription_ends as (

    select
        subscriptions.customer_id,
        subscriptions.subscription_id,
        subscriptions.cancel_reason,
        subscriptions.cancel_comment,
        coalesce(
            subscriptions.is_involuntary,
            subscriptions.cancel_reason in ({% for reason in var('involuntary_reasons') %}'{{ reason }}'{{ ', ' if not loop.last }}{% endfor %})
        ) as is_involuntary,
        least(
            coalesce(subscriptions.ended_date, {{ forever() }}),
            {{ "coalesce(subscriptions.canceled_date, " ~ forever() ~ ")" if var('churn_timing') == 'at_request' else forever() }}
        ) as end_day

    from {{ ref('stg_billing__subscriptions') }} as subscriptions

),

causes as (

    select
        judged.customer_id,
        judged.churn_day,
        subscription_ends.subscription_id,
        subscription_ends.cancel_reason,
        subscription_ends.end_day,
        max(case when subscription_ends.is_involuntary then 1 else 0 end) over (
            partition by judged.customer_id, judged.churn_day, subscription_ends.end_day
        ) as is_involuntary,
        row_number() over (
            partition by judged.customer_id, judged.churn_day
            order by subscription_ends.end_day desc, {{ text_order('subscription_ends.subscription_id') }}
        ) as cause_rank

    from judged
    inner join subscription_ends
        on judged.customer_id = subscription_ends.customer_id and subscription_ends.end_day <= judged.churn_day

)

select
    judged.customer_id,
    judged.churn_day,
    judged.day_before,
    judged.is_lapsed and coalesce(causes.end_day < judged.churn_day, true) as is_lapse,
    case
        when judged.is_lapsed and coalesce(causes.end_day < judged.churn_day, true) then 'pause_expired'
        else coalesce(causes.cancel_reason, '(unknown)')
    end as reason,
    case
        when judged.is_lapsed and coalesce(causes.end_day < judged.churn_day, true) then false
        else coalesce(causes.is_involuntary = 1, false)
    end as is_involuntary,
    judged.is_dropped,
    before.plan,
    before.product_family,
    before.country,
    before.industry,
    before.company_size,
    before.acquisition_channel,
    before.csm

from judged
left join causes
    on judged.customer_id = causes.customer_id and judged.churn_day = causes.churn_day and causes.cause_rank = 1
inner join {{ ref('int_customer_spans') }} as before
    on
        judged.customer_id = before.customer_id
        and judged.day_before >= before.valid_from
        and judged.day_before < before.valid_to
