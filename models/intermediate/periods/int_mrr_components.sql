{{ made_by_customer(settled_by='change') }}
with

-- what customers paying at both ends went from and to; many periods share a change
changes as (

    select distinct
        customer_id,
        opening_since,
        closing_since

    from {{ ref('int_customer_period_changes') }}
    where opening_mrr > 0 and closing_mrr > 0

),

pieces as (

    select * from {{ ref('int_item_pieces') }}
    where is_held

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

-- what is held at both ends, everything at the opening day's rates
items as (

    select
        changes.*,
        pieces.product_family,
        pieces.plan_id,
        pieces.quantity,
        {{ converted('pieces.list_mrr', 'rates.rate') }} as list_mrr,
        {{ converted('pieces.mrr', 'rates.rate') }} as mrr,
        changes.opening_since >= pieces.valid_from and changes.opening_since < pieces.valid_to as is_at_opening,
        changes.closing_since >= pieces.valid_from and changes.closing_since < pieces.valid_to as is_at_closing

    from changes
    inner join pieces
        on
            changes.customer_id = pieces.customer_id
            and (
                (changes.opening_since >= pieces.valid_from and changes.opening_since < pieces.valid_to)
                or (changes.closing_since >= pieces.valid_from and changes.closing_since < pieces.valid_to)
            )
    inner join rates
        on
            pieces.currency = rates.currency
            and changes.opening_since >= rates.valid_from
            and changes.opening_since < rates.valid_to

),

plans as (

    select
        customer_id,
        opening_since,
        closing_since,
        product_family,
        plan_id,
        {{ any_true('is_at_opening') }} as is_held_at_opening,
        {{ any_true('is_at_closing') }} as is_held_at_closing,
        sum(case when is_at_opening then quantity else 0 end) as q0,
        sum(case when is_at_closing then quantity else 0 end) as q1,
        sum(case when is_at_opening then list_mrr else 0 end) as l0,
        sum(case when is_at_closing then list_mrr else 0 end) as l1,
        sum(case when is_at_opening then mrr else 0 end) as n0,
        sum(case when is_at_closing then mrr else 0 end) as n1

    from items
    group by customer_id, opening_since, closing_since, product_family, plan_id

),

families as (

    select
        customer_id,
        opening_since,
        closing_since,
        product_family,
        {{ any_true('is_held_at_opening') }} as is_held_at_opening,
        {{ any_true('is_held_at_closing') }} as is_held_at_closing,
        least(sum(n0), sum(n1)) as retained_mrr,
        -- of plans that came and went; where the family itself did, of all its plans
        sum(case when is_held_at_opening <> is_held_at_closing then n1 - n0 else 0 end) as plan_change

    from plans
    group by customer_id, opening_since, closing_since, product_family

),

-- plans held at both ends that changed: k is the share of the list price that is paid
changed_plans as (

    select
        plans.*,
        {{ proportion('n0', 'l1', 'l0') }} as n0_at_list_of_closing,
        {{ proportion('n1', 'l0', 'l1') }} as n1_at_list_of_opening,
        {{ rounded_quotient(
            '(' ~ scaled('l1', 10) ~ ' * ' ~ scaled('q0', 6) ~ ' - ' ~ scaled('l0', 10) ~ ' * ' ~ scaled('q1', 6) ~ ')',
            scaled('greatest(q0, q1)', 6)
        ) }} as list_change,
        case
            when l0 = 0 then n1 >= l1
            else n0 * l1 <= n1 * l0
        end as is_k0_smaller

    from plans
    where is_held_at_opening and is_held_at_closing and (n0 <> n1 or l0 <> l1 or q0 <> q1)

),

plan_parts as (

    select
        changed_plans.*,
        case
            when is_k0_smaller and l0 = 0 then list_change
            when is_k0_smaller then {{ proportion('list_change', 'n0', 'l0') }}
            else {{ proportion('list_change', 'n1', 'l1') }}
        end as list_formula,
        case
            -- k1 >= k0
            when is_k0_smaller
                then {{ proportion('n1 - coalesce(n0_at_list_of_closing, l1)', 'least(q0, q1)', 'q1') }}
            else {{ proportion('n1_at_list_of_opening - n0', 'least(q0, q1)', 'q0') }}
        end as discount_formula

    from changed_plans

),

-- a part below a millionth is the rounding of a price, not a change of it
rounded_parts as (

    select
        plan_parts.*,
        case when abs(list_formula) < 0.000001 then 0 else list_formula end as list_change_part,
        case when abs(coalesce(discount_formula, 0)) < 0.000001 then 0 else discount_formula end as discount_change_part

    from plan_parts

),

-- the first of quantity, list price, discount that changed takes the rest, so that the parts add to n1 - n0 exactly
split_parts as (

    select
        customer_id,
        opening_since,
        closing_since,
        product_family,
        plan_id,
        case when q0 = q1 then 0 else n1 - n0 - list_change_part - discount_change_part end as quantity_part,
        case
            when q0 <> q1 then list_change_part
            when abs(l1 - l0) >= 0.000001 then n1 - n0 - discount_change_part
            else 0
        end as list_part,
        case
            when q0 <> q1 or abs(l1 - l0) >= 0.000001 then discount_change_part
            else n1 - n0
        end as discount_part

    from rounded_parts

),

components as (

    select customer_id, opening_since, closing_since, product_family, plan_id, 'quantity' as component, quantity_part as amount from split_parts
    union all
    select customer_id, opening_since, closing_since, product_family, plan_id, 'list_price', list_part from split_parts
    union all
    select customer_id, opening_since, closing_since, product_family, plan_id, 'discount', discount_part from split_parts
    union all
    select
        customer_id,
        opening_since,
        closing_since,
        product_family,
        cast(null as varchar),
        case
            when is_held_at_opening and is_held_at_closing then 'plan_change'
            when is_held_at_closing then 'cross_sell'
            else 'product_drop'
        end,
        plan_change
    from families
    union all
    select customer_id, opening_since, closing_since, product_family, cast(null as varchar), 'retained', retained_mrr from families

)

select
    customer_id,
    opening_since,
    closing_since,
    product_family,
    plan_id,
    component,
    cast(amount as decimal(38, 10)) as amount

from components
where amount <> 0
