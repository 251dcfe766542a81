-- Each row: a version of the seed health_versions that begins while another is in force, and that one.
select
    later.config_version,
    later.valid_from,
    earlier.config_version as overlaps_version,
    earlier.valid_to as overlaps_valid_to

from {{ ref('health_versions') }} as later
inner join {{ ref('health_versions') }} as earlier
    on
        later.config_version <> earlier.config_version
        and earlier.valid_from <= later.valid_from
        and coalesce(earlier.valid_to, {{ forever() }}) > later.valid_from
