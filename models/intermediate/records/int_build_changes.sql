with

builds as (

    select
        builds.*,
        lag(build_id) over (order by build_id) as previous_build_id

    from {{ ref('builds') }} as builds

),

inputs as (

    select * from {{ ref('build_inputs') }}

),

this_build as (

    select * from builds
    where build_id = (select max(build_id) from builds)

),

-- without fingerprints, the number of rows is all that is known
changed_tables as (

    select {{ dbt.listagg('now.table_name', "', '", 'order by ' ~ text_order('now.table_name')) }} as changed_tables

    from this_build
    inner join inputs as now on this_build.build_id = now.build_id
    left join inputs as before on this_build.previous_build_id = before.build_id and now.table_name = before.table_name
    where
        now.fingerprint is distinct from before.fingerprint
        or (now.fingerprint is null and now.row_count is distinct from before.row_count)

)

select
    this_build.build_id,
    this_build.built_at,
    this_build.previous_build_id,
    case when before.build_id is not null then coalesce(changed_tables.changed_tables, '') end as changed_tables,
    this_build.code_fingerprint <> before.code_fingerprint as is_code_changed,
    this_build.seeds_fingerprint <> before.seeds_fingerprint as are_seeds_changed,
    this_build.settings_fingerprint <> before.settings_fingerprint as are_settings_changed,
    this_build.as_of_day <> before.as_of_day as is_as_of_day_changed

from this_build
cross join changed_tables
left join builds as before on this_build.previous_build_id = before.build_id
