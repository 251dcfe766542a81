{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

attribute_sets as (

    select * from {{ ref('int_attribute_sets') }}

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
    inner join attribute_sets on score_days.attribute_set = attribute_sets.attribute_set
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
                    when 'plan' then attribute_sets.plan
                    when 'product_family' then attribute_sets.product_family
                    when 'country' then attribute_sets.country
                    when 'industry' then attribute_sets.industry
                    when 'company_size' then attribute_sets.company_size
                    when 'acquisition_channel' then attribute_sets.acquisition_channel
                    when 'csm' then attribute_sets.csm
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
