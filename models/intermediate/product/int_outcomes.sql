with

as_of as (

    select * from {{ ref('int_as_of') }}

),

impact_scale as (

    select * from {{ ref('impact_scale') }}

),

outcomes as (

    select
        outcomes.outcome_id,
        outcomes.customer_id,
        outcomes.outcome_type,
        outcomes.unit,
        outcomes.value,
        outcomes.currency,
        outcomes.measured_at,
        outcomes.measured_date as measured_day

    from {{ ref('stg_product__outcomes') }} as outcomes
    where outcomes.measured_date <= (select as_of_day from as_of)

),

customer_days as (

    select distinct
        customer_id,
        measured_day

    from outcomes
    where unit = 'money'

),

mrr_of_days as (

    select
        customer_days.customer_id,
        customer_days.measured_day,
        sum({{ converted('pieces.mrr', 'rates.rate') }}) as mrr

    from customer_days
    inner join {{ ref('int_item_pieces') }} as pieces
        on
            customer_days.customer_id = pieces.customer_id
            and customer_days.measured_day >= pieces.valid_from
            and customer_days.measured_day < pieces.valid_to
    inner join {{ ref('int_exchange_rate_spans') }} as rates
        on pieces.currency = rates.currency and customer_days.measured_day >= rates.valid_from and customer_days.measured_day < rates.valid_to
    group by customer_days.customer_id, customer_days.measured_day

),

priced as (

    select
        outcomes.outcome_id,
        outcomes.customer_id,
        outcomes.outcome_type,
        outcomes.unit,
        outcomes.value,
        outcomes.measured_at,
        outcomes.measured_day,
        case when outcomes.unit = 'money' then {{ converted('outcomes.value', 'rates.rate') }} end as amount,
        case when outcomes.unit = 'money' then 12 * mrr_of_days.mrr else 1 end as yardstick

    from outcomes
    left join {{ ref('int_exchange_rate_spans') }} as rates
        on outcomes.currency = rates.currency and outcomes.measured_day >= rates.valid_from and outcomes.measured_day < rates.valid_to
    left join mrr_of_days on outcomes.customer_id = mrr_of_days.customer_id and outcomes.measured_day = mrr_of_days.measured_day

),

-- how far the value has come on its scale, and the length of the scale, in whole numbers
placed as (

    select
        priced.*,
        impact_scale.weight,
        {{ sign_of('impact_scale.full_at - impact_scale.zero_at') }}
        * ({{ scaled('coalesce(priced.amount, priced.value)', 10) }} * 1000000 - {{ scaled('impact_scale.zero_at', 6) }} * {{ scaled('priced.yardstick', 10) }})
            as way,
        abs({{ scaled('impact_scale.full_at', 6) }} - {{ scaled('impact_scale.zero_at', 6) }}) * {{ scaled('priced.yardstick', 10) }} as length

    from priced
    left join impact_scale on priced.outcome_type = impact_scale.outcome_type and priced.unit = impact_scale.unit

),

clamped as (

    select
        placed.*,
        greatest(0, least(way, length)) * 1000000 as million_ways

    from placed

),

-- 100 x way / length to ten decimals by long division, six digits at a time: the whole product would be too long a number
divided as (

    select
        clamped.*,
        {{ integer_quotient('million_ways', 'nullif(length, 0)') }} as first_digits

    from clamped

)

select
    divided.outcome_id,
    divided.customer_id,
    divided.outcome_type,
    divided.unit,
    divided.measured_at,
    divided.measured_day,
    cast(divided.amount as decimal(38, 10)) as amount,
    divided.weight,
    cast(
        cast(divided.first_digits as decimal(38, 10)) * cast(0.0001 as decimal(5, 4))
        + {{ rounded_quotient('(1000000 * (divided.million_ways - divided.first_digits * divided.length))', 'divided.length') }}
        as decimal(38, 10)
    ) as score,
    {{ segment_attributes('spans.') }}

from divided
inner join {{ ref('int_customer_spans') }} as spans
    on divided.customer_id = spans.customer_id and divided.measured_day >= spans.valid_from and divided.measured_day < spans.valid_to
