select
    touches.touch_id,
    touches.customer_id,
    touches.occurred_date as touch_day,
    spans.plan,
    spans.product_family,
    spans.country,
    spans.industry,
    spans.company_size,
    spans.acquisition_channel,
    spans.csm

from {{ ref('stg_success__csm_touches') }} as touches
inner join {{ ref('int_customer_spans') }} as spans
    on
        touches.customer_id = spans.customer_id
        and touches.occurred_date >= spans.valid_from
        and touches.occurred_date < spans.valid_to
where touches.occurred_date <= (select as_of_day from {{ ref('int_as_of') }})
