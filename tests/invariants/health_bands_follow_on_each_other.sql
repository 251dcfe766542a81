-- Each row: a band of the seed health_bands that does not begin where the one below ends, the lowest at 0; or a highest one that ends below 100.
with

edges as (

    select
        config_version,
        scheme,
        band,
        lower_exclusive,
        upper_inclusive,
        lag(upper_inclusive) over (partition by config_version, scheme order by upper_inclusive) as upper_below,
        lead(upper_inclusive) over (partition by config_version, scheme order by upper_inclusive) as upper_above

    from {{ ref('health_bands') }}

)

select * from edges
where
    (upper_below is null and lower_exclusive >= 0)
    or (upper_below is not null and coalesce(lower_exclusive <> upper_below, true))
    or (upper_above is null and upper_inclusive < 100)
