{{ made_by_customer() }}
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

-- subscriptions with an item that was paying or paused on the day before
involved as (

    select distinct
        judged.customer_id,
        judged.churn_day,
        pieces.subscription_id

    from judged
    inner join {{ ref('int_item_pieces') }} as pieces
        on
            judged.customer_id = pieces.customer_id
            and judged.day_before >= pieces.valid_from
            and judged.day_before < pieces.valid_to
    where pieces.mrr > 0 or pieces.is_paused

),

subscription_ends as (

    select
        subscription_id,
        cancel_reason,
        {{ "coalesce(is_involuntary, cancel_reason in ('" ~ var('involuntary_reasons') | join("', '") ~ "'), false)"
            if var('involuntary_reasons') else 'coalesce(is_involuntary, false)' }} as is_involuntary,
        {{ 'least(ended_date, canceled_date)' if var('churn_timing') == 'at_request' else 'ended_date' }} as end_day

    from {{ ref('stg_billing__subscriptions') }}

),

-- of those that have an end, the latest; either of two being involuntary suffices, and the smallest id names the reason
causes as (

    select
        involved.customer_id,
        involved.churn_day,
        subscription_ends.subscription_id,
        subscription_ends.cancel_reason,
        subscription_ends.end_day,
        max(case when subscription_ends.is_involuntary then 1 else 0 end) over (
            partition by involved.customer_id, involved.churn_day, subscription_ends.end_day
        ) as is_involuntary,
        max(case when subscription_ends.end_day = involved.churn_day then 1 else 0 end) over (
            partition by involved.customer_id, involved.churn_day
        ) as has_end_that_day,
        row_number() over (
            partition by involved.customer_id, involved.churn_day
            order by subscription_ends.end_day desc, {{ text_order('subscription_ends.subscription_id') }}
        ) as cause_rank

    from involved
    inner join subscription_ends on involved.subscription_id = subscription_ends.subscription_id
    where subscription_ends.end_day is not null

),

-- a pause of one of them has lapsed that day, also where its item ends on it
lapses as (

    select distinct
        involved.customer_id,
        involved.churn_day

    from involved
    inner join {{ ref('int_subscription_interruptions') }} as interruptions
        on involved.subscription_id = interruptions.subscription_id and involved.churn_day = interruptions.from_date
    where interruptions.kind = 'lapse'

),

explained as (

    select
        judged.*,
        causes.cancel_reason,
        coalesce(causes.is_involuntary = 1, false) as is_cause_involuntary,
        lapses.customer_id is not null and coalesce(causes.has_end_that_day, 0) = 0 as is_lapse

    from judged
    left join causes
        on judged.customer_id = causes.customer_id and judged.churn_day = causes.churn_day and causes.cause_rank = 1
    left join lapses on judged.customer_id = lapses.customer_id and judged.churn_day = lapses.churn_day

)

select
    explained.customer_id,
    explained.churn_day,
    explained.day_before,
    case when explained.is_lapse then 'pause_expired' else coalesce(explained.cancel_reason, '(unknown)') end as reason,
    explained.is_cause_involuntary and not explained.is_lapse as is_involuntary,
    explained.is_dropped,
    before.plan,
    before.product_family,
    before.country,
    before.industry,
    before.company_size,
    before.acquisition_channel,
    before.csm

from explained
inner join {{ ref('int_customer_spans') }} as before
    on
        explained.customer_id = before.customer_id
        and explained.day_before >= before.valid_from
        and explained.day_before < before.valid_to
