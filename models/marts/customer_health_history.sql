{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='append_new_columns',
    full_refresh=false
) }}
with

score_days as (

    select closing_day as score_day from {{ ref('int_months') }}

),

health as (

    select
        customer_id,
        score_day,
        config_version,
        profile,
        score,
        coverage,
        colour

    from {{ ref('int_health_scores') }}
    where {{ may_have_changed('score_day', 'int_changed_evidence') }}

),

-- what earlier builds have recorded; the first one finds nothing
records as (

    {% if is_incremental() -%}
    select
        customer_id,
        score_day,
        record_number,
        config_version,
        score,
        coverage,
        is_gone,
        row_number() over (partition by customer_id, score_day order by record_number desc) as age_rank

    from {{ this }}
    where {{ may_have_changed('score_day', 'int_changed_evidence') }}
    {%- else -%}
    select
        customer_id,
        score_day,
        0 as record_number,
        config_version,
        score,
        coverage,
        false as is_gone,
        1 as age_rank

    from health
    where false
    {%- endif %}

),

last_records as (

    select * from records
    where age_rank = 1

),

changed as (

    select
        health.customer_id,
        health.score_day,
        coalesce(last_records.record_number, 0) + 1 as record_number,
        health.config_version,
        health.profile,
        health.score,
        health.coverage,
        health.colour,
        false as is_gone

    from health
    left join last_records on health.customer_id = last_records.customer_id and health.score_day = last_records.score_day
    where
        last_records.customer_id is null
        or last_records.is_gone
        or health.score is distinct from last_records.score
        or health.coverage is distinct from last_records.coverage
        or health.config_version is distinct from last_records.config_version

),

gone as (

    select
        last_records.customer_id,
        last_records.score_day,
        last_records.record_number + 1 as record_number,
        cast(null as varchar) as config_version,
        cast(null as varchar) as profile,
        cast(null as decimal(38, 10)) as score,
        cast(null as decimal(38, 10)) as coverage,
        cast(null as varchar) as colour,
        true as is_gone

    from last_records
    -- the as-of day of an earlier build need be no score day of this one
    inner join score_days on last_records.score_day = score_days.score_day
    left join health on last_records.customer_id = health.customer_id and last_records.score_day = health.score_day
    where health.customer_id is null and not last_records.is_gone

),

news as (

    select * from changed
    union all
    select * from gone

)

select
    cast(news.customer_id as varchar) as customer_id,
    news.score_day,
    cast(news.record_number as integer) as record_number,
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp) as recorded_at,
    as_of.as_of_day,
    cast(news.config_version as varchar) as config_version,
    cast(news.profile as varchar) as profile,
    cast(news.score as decimal(38, 10)) as score,
    cast(news.coverage as decimal(38, 10)) as coverage,
    cast(news.colour as varchar) as colour,
    news.is_gone

from news
cross join {{ ref('int_as_of') }} as as_of
