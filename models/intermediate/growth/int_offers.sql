with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- an answer that lies after the as-of day has not been given
offers as (

    select
        offers.offer_id,
        offers.customer_id,
        offers.offer_type,
        offers.presented_date as presented_day,
        offers.outcome is null or offers.outcome = 'open' or coalesce(offers.responded_date > as_of.as_of_day, false) as is_pending,
        coalesce(offers.outcome = 'accepted', false) as has_outcome_accepted

    from {{ ref('stg_growth__offers') }} as offers
    inner join {{ ref('int_customers') }} as customers on offers.customer_id = customers.customer_id
    cross join as_of
    where offers.presented_date <= as_of.as_of_day

)

select
    offers.offer_id,
    offers.customer_id,
    offers.offer_type,
    offers.presented_day,
    offers.is_pending,
    offers.has_outcome_accepted and not offers.is_pending as is_accepted,
    spans.plan,
    spans.product_family,
    spans.country,
    spans.industry,
    spans.company_size,
    spans.acquisition_channel,
    spans.csm

from offers
inner join {{ ref('int_customer_spans') }} as spans
    on offers.customer_id = spans.customer_id and offers.presented_day >= spans.valid_from and offers.presented_day < spans.valid_to
