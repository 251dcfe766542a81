with

offers as (

    select
        periods.period_type,
        periods.period_start,
        offers.*,
        -- of a customer's decided offers in the period: which is the first, and was one accepted
        row_number() over (
            partition by periods.period_type, periods.period_start, offers.customer_id, offers.is_pending
            order by offers.presented_day, {{ text_order('offers.offer_id') }}
        ) as offer_rank,
        max(case when offers.is_accepted then 1 else 0 end) over (
            partition by periods.period_type, periods.period_start, offers.customer_id
        ) as has_accepted

    from {{ ref('int_offers') }} as offers
    inner join {{ ref('int_periods') }} as periods
        on offers.presented_day >= periods.first_day and offers.presented_day <= periods.closing_day

)

select
    offers.period_type,
    offers.period_start,
    segments.segment_name,
    {{ segment_value('offers.') }} as segment_value,
    {{ count_where('offers.is_pending') }} as pending_offers,
    {{ count_where("offers.is_pending and offers.offer_type = 'upsell'") }} as pending_upsell_offers,
    {{ count_where("offers.is_pending and offers.offer_type = 'cross_sell'") }} as pending_cross_sell_offers,
    {{ count_where('not offers.is_pending') }} as decided_offers,
    {{ count_where('offers.is_accepted') }} as accepted_offers,
    {{ count_where("not offers.is_pending and offers.offer_type = 'upsell'") }} as decided_upsell_offers,
    {{ count_where("offers.is_accepted and offers.offer_type = 'upsell'") }} as accepted_upsell_offers,
    {{ count_where("not offers.is_pending and offers.offer_type = 'cross_sell'") }} as decided_cross_sell_offers,
    {{ count_where("offers.is_accepted and offers.offer_type = 'cross_sell'") }} as accepted_cross_sell_offers,
    {{ count_where('not offers.is_pending and offers.offer_rank = 1') }} as customers_with_decided_offers,
    {{ count_where('not offers.is_pending and offers.offer_rank = 1 and offers.has_accepted = 1') }} as customers_who_accepted

from offers
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
