{{ made_by_customer() }}
with

plans as (

    select * from {{ ref('stg_billing__plans') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

-- whole months, halves up; less than one is one
plan_months as (

    select
        plan_id,
        greatest(
            case billing_interval
                when 'month' then interval_count
                when 'year' then 12 * interval_count
                {% for unit in ('week', 'day') -%}
                {% set factor = fraction(var(unit ~ '_to_month')) -%}
                when '{{ unit }}' then {{ integer_quotient(
                    '2 * cast(interval_count as bigint) * ' ~ factor[1] ~ ' + ' ~ factor[0], 2 * factor[0]
                ) }}
                {% endfor %}
            end, 1
        ) as billing_months

    from plans

),

pieces as (

    select
        pieces.customer_id,
        pieces.item_version_id,
        pieces.currency,
        pieces.mrr,
        pieces.valid_from,
        pieces.valid_to,
        -- a usage line may name no plan
        coalesce(plan_months.billing_months, 1) as billing_months

    from {{ ref('int_item_pieces') }} as pieces
    left join plan_months on pieces.plan_id = plan_months.plan_id
    where pieces.mrr > 0

),

-- with several currencies the larger of two items can change with a rate alone
mixed_currencies as (

    select customer_id from pieces
    group by customer_id
    having min(currency) <> max(currency)

),

cuts as (

    select customer_id, valid_from as cut_day from pieces
    union
    select customer_id, valid_to from pieces
    union
    select
        pieces.customer_id,
        rates.valid_from
    from pieces
    inner join mixed_currencies on pieces.customer_id = mixed_currencies.customer_id
    inner join rates
        on pieces.currency = rates.currency and rates.valid_from > pieces.valid_from and rates.valid_from < pieces.valid_to

),

spans as (

    select
        customer_id,
        cut_day as valid_from,
        lead(cut_day) over (partition by customer_id order by cut_day) as valid_to

    from cuts

),

ranked as (

    select
        spans.customer_id,
        spans.valid_from,
        spans.valid_to,
        pieces.billing_months,
        row_number() over (
            partition by spans.customer_id, spans.valid_from
            order by
                {{ converted('pieces.mrr', 'rates.rate') }} desc,
                pieces.billing_months desc,
                {{ text_order('pieces.item_version_id') }}
        ) as payment_rank

    from spans
    inner join pieces
        on spans.customer_id = pieces.customer_id and spans.valid_from >= pieces.valid_from and spans.valid_from < pieces.valid_to
    inner join rates
        on pieces.currency = rates.currency and spans.valid_from >= rates.valid_from and spans.valid_from < rates.valid_to

)

select
    customer_id,
    valid_from,
    valid_to,
    cast(billing_months as integer) as billing_months

from ranked
where payment_rank = 1
