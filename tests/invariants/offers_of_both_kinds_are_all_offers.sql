with

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        sum(case when metric_name = 'offer_conversion_rate' then numerator end) as accepted,
        sum(case when metric_name in ('upsell_conversion_rate', 'cross_sell_conversion_rate') then numerator end) as accepted_of_both_kinds,
        sum(case when metric_name = 'offer_conversion_rate' then denominator end) as decided,
        sum(case when metric_name in ('upsell_conversion_rate', 'cross_sell_conversion_rate') then denominator end) as decided_of_both_kinds,
        sum(case when metric_name = 'customer_offer_conversion_rate' then numerator end) as customers_who_accepted,
        sum(case when metric_name = 'customer_offer_conversion_rate' then denominator end) as customers

    from {{ ref('metrics') }}
    where metric_name in ('offer_conversion_rate', 'upsell_conversion_rate', 'cross_sell_conversion_rate', 'customer_offer_conversion_rate')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where
    accepted <> accepted_of_both_kinds
    or decided <> decided_of_both_kinds
    or accepted > decided
    or customers_who_accepted > customers
    -- of the whole: no more customers than offers, and nobody accepted who accepted nothing
    or (segment_name = 'all' and (customers > decided or customers_who_accepted > accepted))
