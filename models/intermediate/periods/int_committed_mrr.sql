{{ made_by_customer(settled_by='closing_day') }}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

closes as (

    select distinct
        closing_day,
        {{ add_days('closing_day', var('committed_horizon_days')) }} as target_day,
        closing_day = (select as_of_day from as_of) as is_last
    from {{ ref('int_periods') }}

),

versions as (

    select * from {{ ref('int_item_versions') }}

),

interruptions as (

    select * from {{ ref('int_subscription_interruptions') }}

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

),

-- what was known at the close: versions entered or begun by then; on the as-of day undated ones too
known_versions as not materialized (

    select
        closes.closing_day,
        closes.target_day,
        versions.*

    from closes
    inner join versions
        on
            versions.valid_from <= closes.target_day
            and (
                versions.version_created_date <= closes.closing_day
                or versions.effective_from_date <= closes.closing_day
                or (versions.version_created_date is null and closes.is_last)
            )
            -- it ended by the close: nothing to know
            and versions.valid_to > closes.closing_day

),

successions as (

    select
        versions.item_version_id,
        successors.item_version_id as successor_id

    from versions
    inner join versions as successors
        on versions.subscription_id = successors.subscription_id and versions.effective_to_date = successors.effective_from_date

),

-- a version that ends where a known version of the subscription starts is replaced: then its end is known too
replacements as (

    select distinct
        known_versions.closing_day,
        successions.item_version_id

    from known_versions
    inner join successions on known_versions.item_version_id = successions.successor_id

),

-- an end that is not known has not happened
ends as (

    select
        known_versions.*,
        case
            when known_versions.canceled_date <= known_versions.closing_day then known_versions.service_end_date
            else {{ forever() }}
        end as known_service_end,
        case
            when replacements.item_version_id is not null then known_versions.effective_to_date
            when
                known_versions.canceled_date <= known_versions.closing_day
                and known_versions.service_end_date <= known_versions.effective_to_date
                then known_versions.effective_to_date
            else {{ forever() }}
        end as known_version_end

    from known_versions
    left join replacements
        on known_versions.closing_day = replacements.closing_day and known_versions.item_version_id = replacements.item_version_id

),

interrupted as (

    select distinct
        known_versions.closing_day,
        known_versions.item_version_id

    from known_versions
    inner join interruptions on known_versions.subscription_id = interruptions.subscription_id
    where
        -- a trial that runs at the close, or begins later, has not converted
        (interruptions.kind = 'trial' and interruptions.to_date > known_versions.closing_day and interruptions.from_date <= known_versions.target_day)
        -- other interruptions: known at the close, still there on the day
        or (
            interruptions.kind in ('pause', 'lapse')
            and interruptions.from_date <= known_versions.target_day
            and interruptions.to_date > known_versions.target_day
            and case
                when interruptions.kind = 'lapse' then {{ add_days('interruptions.from_date', -var('max_pause_days')) }}
                else interruptions.from_date
            end <= known_versions.closing_day
        )
        or (
            interruptions.kind = 'past_due'
            and interruptions.from_date <= known_versions.closing_day
            and interruptions.to_date > known_versions.closing_day
        )

)

select
    ends.closing_day,
    ends.customer_id,
    sum(
        {{ converted(
            "case when ends.discount_ends_date is null then ends.discounted_mrr"
            ~ " when '" ~ var('discount_policy') ~ "' = 'permanent' or ends.target_day >= ends.discount_ends_date then ends.list_mrr"
            ~ " else ends.discounted_mrr end",
            'rates.rate'
        ) }}
    ) as committed_mrr

from ends
inner join rates
    on ends.closing_day = rates.state_day and ends.currency = rates.currency
left join interrupted
    on ends.closing_day = interrupted.closing_day and ends.item_version_id = interrupted.item_version_id
where
    least(ends.known_service_end, ends.known_version_end) > ends.target_day
    and interrupted.item_version_id is null
group by ends.closing_day, ends.customer_id
