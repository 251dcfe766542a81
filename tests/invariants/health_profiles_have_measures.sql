-- Each row: measures of the seed health_measures that belong to no profile of health_profiles, or a profile that has none.
select
    coalesce(profiles.config_version, measures.config_version) as config_version,
    coalesce(profiles.profile, measures.profile) as profile,
    profiles.profile is null as has_no_profile

from {{ ref('health_profiles') }} as profiles
full outer join {{ ref('health_measures') }} as measures
    on profiles.config_version = measures.config_version and profiles.profile = measures.profile
where profiles.profile is null or measures.profile is null
