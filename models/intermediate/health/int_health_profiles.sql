{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

versions as (

    select
        config_version,
        valid_from,
        coalesce(valid_to, {{ forever() }}) as valid_to

    from {{ ref('health_versions') }}

),

profiles as (

    select * from {{ ref('health_profiles') }}

),

fitting as (

    select
        score_days.customer_id,
        score_days.score_day,
        score_days.month_start,
        versions.config_version,
        profiles.profile,
        row_number() over (
            partition by score_days.customer_id, score_days.score_day order by profiles.priority, {{ text_order('profiles.profile') }}
        ) as place

    from score_days
    inner join versions on score_days.score_day >= versions.valid_from and score_days.score_day < versions.valid_to
    inner join profiles
        on
            versions.config_version = profiles.config_version
            and {{ days_between('score_days.first_paid_day', 'score_days.score_day') }} >= coalesce(profiles.tenure_from, 0)
            and (profiles.tenure_to is null or {{ days_between('score_days.first_paid_day', 'score_days.score_day') }} < profiles.tenure_to)
            and (
                profiles.segment_name is null
                or profiles.segment_value = case profiles.segment_name
                    when 'all' then 'all'
                    when 'plan' then score_days.plan
                    when 'product_family' then score_days.product_family
                    when 'country' then score_days.country
                    when 'industry' then score_days.industry
                    when 'company_size' then score_days.company_size
                    when 'acquisition_channel' then score_days.acquisition_channel
                    when 'csm' then score_days.csm
                end
            )

)

select
    customer_id,
    score_day,
    month_start,
    config_version,
    profile

from fitting
where place = 1
