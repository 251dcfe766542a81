with

versions as (

    select * from {{ ref('int_item_versions') }}
    where valid_from < valid_to

),

interruptions as (

    select * from {{ ref('int_subscription_interruptions') }}

),

-- days inside a version on which something about it changes
cuts as (

    select
        item_version_id,
        valid_from as cut_day
    from versions

    union

    select
        item_version_id,
        discount_ends_date
    from versions
    where discount_ends_date > valid_from and discount_ends_date < valid_to

    union

    select
        versions.item_version_id,
        interruptions.from_date
    from versions
    inner join interruptions on versions.subscription_id = interruptions.subscription_id
    where interruptions.from_date > versions.valid_from and interruptions.from_date < versions.valid_to

    union

    select
        versions.item_version_id,
        interruptions.to_date
    from versions
    inner join interruptions on versions.subscription_id = interruptions.subscription_id
    where interruptions.to_date > versions.valid_from and interruptions.to_date < versions.valid_to

),

stretches as (

    select
        item_version_id,
        cut_day as valid_from,
        lead(cut_day) over (partition by item_version_id order by cut_day) as next_cut_day

    from cuts

),

pieces as (

    select
        versions.item_version_id,
        versions.subscription_id,
        versions.customer_id,
        versions.plan_id,
        versions.plan_name,
        versions.product_family,
        versions.currency,
        versions.quantity,
        versions.list_mrr,
        case
            when versions.discount_ends_date is null then versions.discounted_mrr
            when '{{ var("discount_policy") }}' = 'permanent' or stretches.valid_from >= versions.discount_ends_date then versions.list_mrr
            else versions.discounted_mrr
        end as unpaused_mrr,
        stretches.valid_from,
        coalesce(stretches.next_cut_day, versions.valid_to) as valid_to

    from stretches
    inner join versions on stretches.item_version_id = versions.item_version_id

),

interrupted as (

    select
        pieces.item_version_id,
        pieces.valid_from,
        {{ any_true("interruptions.kind in ('trial', 'past_due')") }} as is_unpaid,
        {{ any_true("interruptions.kind = 'trial'") }} as is_in_trial,
        {{ any_true("interruptions.kind = 'pause'") }} as is_paused,
        {{ any_true("interruptions.kind = 'lapse'") }} as is_lapsed

    from pieces
    inner join interruptions
        on
            pieces.subscription_id = interruptions.subscription_id
            and pieces.valid_from >= interruptions.from_date
            and pieces.valid_from < interruptions.to_date
    group by pieces.item_version_id, pieces.valid_from

)

select
    pieces.item_version_id,
    pieces.subscription_id,
    pieces.customer_id,
    pieces.plan_id,
    pieces.plan_name,
    pieces.product_family,
    pieces.currency,
    pieces.quantity,
    pieces.list_mrr,
    pieces.unpaused_mrr,
    pieces.valid_from,
    pieces.valid_to,
    coalesce(interrupted.is_in_trial, false) as is_in_trial,
    coalesce(interrupted.is_paused and not interrupted.is_unpaid and pieces.unpaused_mrr > 0, false) as is_paused,
    coalesce(interrupted.is_lapsed and not interrupted.is_unpaid and pieces.unpaused_mrr > 0, false) as is_lapsed,
    not coalesce(interrupted.is_in_trial or interrupted.is_paused or interrupted.is_lapsed, false) as is_held,
    case when interrupted.item_version_id is null then pieces.unpaused_mrr else cast(0 as decimal(38, 10)) end as mrr

from pieces
left join interrupted
    on pieces.item_version_id = interrupted.item_version_id and pieces.valid_from = interrupted.valid_from

union all

select
    item_version_id,
    subscription_id,
    customer_id,
    plan_id,
    plan_name,
    product_family,
    currency,
    quantity,
    mrr,
    mrr,
    valid_from,
    valid_to,
    false,
    false,
    false,
    true,
    mrr

from {{ ref('int_usage_pieces') }}
