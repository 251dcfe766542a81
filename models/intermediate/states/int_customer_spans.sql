{{ made_by_customer() }}
with

customers as (

    select * from {{ ref('int_customers') }}

),

pieces as (

    select * from {{ ref('int_item_pieces') }}

),

attribute_spans as (

    select * from {{ ref('int_customer_attribute_spans') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

-- with several currencies the larger of two plans can change with a rate alone
mixed_currencies as (

    select customer_id from pieces
    group by customer_id
    having min(currency) <> max(currency)

),

cuts as (

    select customer_id, cast('0001-01-01' as date) as cut_day from customers
    union
    select customer_id, valid_from from pieces
    union
    select customer_id, valid_to from pieces
    union
    select customer_id, valid_from from attribute_spans
    union
    select customer_id, valid_to from attribute_spans
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
        coalesce(lead(cut_day) over (partition by customer_id order by cut_day), {{ forever() }}) as valid_to

    from cuts
    where customer_id in (select customer_id from customers) and cut_day < {{ forever() }}

),

-- what is in force on the first day of a span, and so on each of its days
in_force as (

    select
        spans.customer_id,
        spans.valid_from,
        pieces.plan_name,
        pieces.product_family,
        {{ converted('pieces.mrr', 'rates.rate') }} as mrr,
        {{ converted('pieces.list_mrr', 'rates.rate') }} as list_mrr,
        pieces.is_paused

    from spans
    inner join pieces
        on spans.customer_id = pieces.customer_id and spans.valid_from >= pieces.valid_from and spans.valid_from < pieces.valid_to
    inner join rates
        on pieces.currency = rates.currency and spans.valid_from >= rates.valid_from and spans.valid_from < rates.valid_to

),

states as (

    select
        customer_id,
        valid_from,
        sum(mrr) > 0 as is_paying,
        sum(mrr) = 0 and {{ any_true('is_paused') }} as is_paused,
        count(*) as pieces,
        min(plan_name) as plan_name,
        min(product_family) as product_family

    from in_force
    group by customer_id, valid_from

),

-- mostly one piece is in force; which of several is the largest has to be asked
several_in_force as (

    select in_force.*
    from in_force
    inner join states on in_force.customer_id = states.customer_id and in_force.valid_from = states.valid_from
    where states.pieces > 1

),

{% for name in ('plan_name', 'product_family') %}
{{ name }}_totals as (

    select
        customer_id,
        valid_from,
        {{ name }},
        sum(mrr) as mrr,
        sum(list_mrr) as list_mrr

    from several_in_force
    group by customer_id, valid_from, {{ name }}

),

largest_{{ name }} as (

    select
        {{ name }}_totals.*,
        row_number() over (
            partition by customer_id, valid_from
            order by mrr desc, case when mrr > 0 then 0 else list_mrr end desc, {{ text_order(name) }}
        ) as size_rank

    from {{ name }}_totals

),

{% endfor %}
plans as (

    select
        states.customer_id,
        states.valid_from,
        case when states.pieces > 1 then largest_plan_name.plan_name else states.plan_name end as plan_name,
        case when states.pieces > 1 then largest_product_family.product_family else states.product_family end as product_family

    from states
    left join largest_plan_name
        on
            states.customer_id = largest_plan_name.customer_id
            and states.valid_from = largest_plan_name.valid_from
            and largest_plan_name.size_rank = 1
    left join largest_product_family
        on
            states.customer_id = largest_product_family.customer_id
            and states.valid_from = largest_product_family.valid_from
            and largest_product_family.size_rank = 1

),

described as (

    select
        spans.customer_id,
        spans.valid_from,
        spans.valid_to,
        coalesce(states.is_paying, false) as is_paying,
        coalesce(states.is_paused, false) as is_paused,
        -- spans without anything in force keep the plan of the last one before them
        max(states.valid_from) over (partition by spans.customer_id order by spans.valid_from) as plan_since

    from spans
    left join states
        on spans.customer_id = states.customer_id and spans.valid_from = states.valid_from

),

attributes as (

    select
        spans.customer_id,
        spans.valid_from,
        max(case when attribute_spans.attribute = 'country' then attribute_spans.value end) as country,
        max(case when attribute_spans.attribute = 'industry' then attribute_spans.value end) as industry,
        max(case when attribute_spans.attribute = 'company_size' then attribute_spans.value end) as company_size,
        max(case when attribute_spans.attribute = 'acquisition_channel' then attribute_spans.value end) as acquisition_channel,
        max(case when attribute_spans.attribute = 'csm' then attribute_spans.value end) as csm

    from spans
    inner join attribute_spans
        on
            spans.customer_id = attribute_spans.customer_id
            and spans.valid_from >= attribute_spans.valid_from
            and spans.valid_from < attribute_spans.valid_to
    group by spans.customer_id, spans.valid_from

)

select
    described.customer_id,
    described.valid_from,
    described.valid_to,
    described.is_paying,
    described.is_paused,
    coalesce(plans.plan_name, '(unknown)') as plan,
    coalesce(plans.product_family, '(unknown)') as product_family,
    coalesce(attributes.country, customers.country) as country,
    coalesce(attributes.industry, customers.industry) as industry,
    coalesce(attributes.company_size, customers.company_size) as company_size,
    coalesce(attributes.acquisition_channel, customers.acquisition_channel) as acquisition_channel,
    coalesce(attributes.csm, '(unknown)') as csm

from described
inner join customers on described.customer_id = customers.customer_id
left join plans
    on described.customer_id = plans.customer_id and described.plan_since = plans.valid_from
left join attributes
    on described.customer_id = attributes.customer_id and described.valid_from = attributes.valid_from
