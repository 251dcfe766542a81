{%- set segment = var('clv_segment') -%}
with

first_payments as (

    select * from {{ ref('int_first_payments') }}
    -- who paid before the history starts has been selected by staying until then
    where first_paid_day >= {{ history_start_day() }}

),

first_churns as (

    select
        events.customer_id,
        min(events.churn_day) as first_churn_day

    from {{ ref('int_churn_events') }} as events
    inner join first_payments on events.customer_id = first_payments.customer_id
    where not events.is_dropped and events.churn_day > first_payments.first_paid_day
    group by events.customer_id

)

select
    first_payments.customer_id,
    intervals.billing_months,
    '{{ segment or "all" }}' as segment_name,
    {{ 'spans.' ~ segment if segment else "'all'" }} as segment_value,
    first_payments.first_paid_day,
    first_churns.first_churn_day

from first_payments
inner join {{ ref('int_billing_intervals') }} as intervals
    on
        first_payments.customer_id = intervals.customer_id
        and first_payments.first_paid_day >= intervals.valid_from
        and first_payments.first_paid_day < intervals.valid_to
inner join {{ ref('int_customer_spans') }} as spans
    on
        first_payments.customer_id = spans.customer_id
        and first_payments.first_paid_day >= spans.valid_from
        and first_payments.first_paid_day < spans.valid_to
left join first_churns on first_payments.customer_id = first_churns.customer_id
