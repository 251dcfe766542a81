{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence', months_back=3) }}
with

profiles as (

    select * from {{ ref('int_health_profiles') }}

),

configuration as (

    select * from {{ ref('int_health_configuration') }}

),

score_days as (

    select * from {{ ref('int_score_days') }}

),

months as (

    select * from {{ ref('int_months') }}

),

evidence as (

    select * from {{ ref('int_evidence') }}
    where raw_value is not null

),

-- measures that are compared with the customer's own values before
own as (

    select distinct
        measure,
        value_of_nothing

    from configuration
    where method = 'own_trend'

),

own_values as (

    select
        score_days.customer_id,
        score_days.score_day,
        own.measure,
        months.month_number,
        coalesce(evidence.raw_value, own.value_of_nothing) as raw_value

    from own
    cross join score_days
    inner join months on score_days.score_day = months.closing_day
    left join evidence
        on
            score_days.customer_id = evidence.customer_id
            and score_days.score_day = evidence.score_day
            and own.measure = evidence.measure

),

-- on the three score days before
bases as (

    select
        customer_id,
        score_day,
        measure,
        sum(raw_value) over (
            partition by customer_id, measure order by month_number range between 3 preceding and 1 preceding
        ) as values_before,
        count(raw_value) over (
            partition by customer_id, measure order by month_number range between 3 preceding and 1 preceding
        ) as days_before

    from own_values

),

told as (

    select
        profiles.customer_id,
        profiles.score_day,
        profiles.month_start,
        evidence.raw_value,
        evidence.observations,
        evidence.age_days,
        configuration.*

    from evidence
    inner join profiles on evidence.customer_id = profiles.customer_id and evidence.score_day = profiles.score_day
    inner join configuration
        on
            profiles.config_version = configuration.config_version
            and profiles.profile = configuration.profile
            and evidence.measure = configuration.measure

),

-- without evidence nothing is said, but by measures that are 0 then, or are penalised
untold as (

    select
        profiles.customer_id,
        profiles.score_day,
        profiles.month_start,
        configuration.value_of_nothing as raw_value,
        cast(case when configuration.value_of_nothing is not null then 1 else 0 end as bigint) as observations,
        cast(case when configuration.value_of_nothing is not null then 0 end as integer) as age_days,
        configuration.*

    from profiles
    inner join configuration
        on
            profiles.config_version = configuration.config_version
            and profiles.profile = configuration.profile
            and profiles.score_day >= configuration.connected_from
            and (configuration.value_of_nothing is not null or configuration.missing_policy = 'penalise')
    left join evidence
        on
            profiles.customer_id = evidence.customer_id
            and profiles.score_day = evidence.score_day
            and configuration.measure = evidence.measure
    where evidence.customer_id is null

),

asked as (

    select * from told
    union all
    select * from untold

),

valued as (

    select
        asked.*,
        case
            when asked.method <> 'own_trend' then asked.raw_value
            when bases.values_before > 0
                then {{ proportion('cast(bases.days_before as decimal(38, 10))', 'asked.raw_value', 'cast(bases.values_before as decimal(38, 10))') }}
        end as judged_value

    from asked
    left join bases
        on
            asked.customer_id = bases.customer_id
            and asked.score_day = bases.score_day
            and asked.measure = bases.measure
            and asked.method = 'own_trend'

),

-- turned so that more is better
directed as (

    select
        valued.*,
        case
            when score_day < connected_from then 'not_connected'
            when judged_value is null or observations < coalesce(min_observations, 0) then 'missing'
            when age_days > max_age_days then 'stale'
            else 'ok'
        end as status,
        case when green_at >= red_at then judged_value - red_at else red_at - judged_value end as gain

    from valued

),

judged as (

    select
        directed.*,
        directed.status in ('missing', 'stale') and directed.missing_policy = 'penalise' as is_penalised

    from directed

)

select
    customer_id,
    score_day,
    month_start,
    config_version,
    profile,
    measure_group,
    cast(measure as varchar) as measure,
    method,
    cast(status as varchar) as status,
    is_penalised,
    raw_value,
    observations,
    age_days,
    cast(gain as decimal(38, 10)) as gain,
    full_gain,
    case when status = 'ok' or is_penalised then presence_unit else 0 end as presence,
    case when status = 'ok' and half_life_days is not null then age_days * age_unit else 0 end as ages

from judged
