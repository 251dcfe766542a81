{{ made_by_customer() }}
with

versions as not materialized (

    select * from {{ ref('int_item_versions') }}
    where valid_from < valid_to

),

interruptions as (

    select * from {{ ref('int_subscription_interruptions') }}

),

-- most versions run through from their first day to their last
interrupted_versions as (

    select
        versions.item_version_id,
        versions.valid_from,
        versions.valid_to,
        interruptions.kind,
        interruptions.from_date,
        interruptions.to_date

    from versions
    inner join interruptions
        on
            versions.subscription_id = interruptions.subscription_id
            and interruptions.from_date < versions.valid_to
            and interruptions.to_date > versions.valid_from

),

discounts_that_end as (

    select
        item_version_id,
        valid_from,
        discount_ends_date

    from versions
    where discount_ends_date > valid_from and discount_ends_date < valid_to

),

-- days inside a version on which something about it changes, and its first day
cuts as (

    select
        item_version_id,
        valid_from as cut_day
    from interrupted_versions

    union

    select
        item_version_id,
        from_date
    from interrupted_versions
    where from_date > valid_from

    union

    select
        item_version_id,
        to_date
    from interrupted_versions
    where to_date < valid_to

    union

    select
        item_version_id,
        valid_from
    from discounts_that_end

    union

    select
        item_version_id,
        discount_ends_date
    from discounts_that_end

),

stretches as (

    select
        item_version_id,
        cut_day as valid_from,
        lead(cut_day) over (partition by item_version_id order by cut_day) as next_cut_day

    from cuts

),

interrupted as (

    select
        stretches.item_version_id,
        stretches.valid_from,
        {{ any_true("interrupted_versions.kind in ('trial', 'past_due')") }} as is_unpaid,
        {{ any_true("interrupted_versions.kind = 'trial'") }} as is_in_trial,
        {{ any_true("interrupted_versions.kind = 'pause'") }} as is_paused,
        {{ any_true("interrupted_versions.kind = 'lapse'") }} as is_lapsed

    from stretches
    inner join interrupted_versions
        on
            stretches.item_version_id = interrupted_versions.item_version_id
            and stretches.valid_from >= interrupted_versions.from_date
            and stretches.valid_from < interrupted_versions.to_date
    group by stretches.item_version_id, stretches.valid_from

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
            when '{{ var("discount_policy") }}' = 'permanent' then versions.list_mrr
            when coalesce(stretches.valid_from, versions.valid_from) >= versions.discount_ends_date then versions.list_mrr
            else versions.discounted_mrr
        end as unpaused_mrr,
        coalesce(stretches.valid_from, versions.valid_from) as valid_from,
        coalesce(stretches.next_cut_day, versions.valid_to) as valid_to

    from versions
    left join stretches on versions.item_version_id = stretches.item_version_id

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
    true,
    mrr

from {{ ref('int_usage_pieces') }}
