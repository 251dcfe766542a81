{%- set unknown = 'cast(null as decimal(38, 10))' -%}
with

measures as (

    select * from {{ ref('int_health_measures') }}

),

scores as (

    select * from {{ ref('int_health_scores') }}

),

evidence as (

    select * from {{ ref('int_customer_evidence') }}

),

-- measures, and the cap that binds
explained as (

    select
        customer_id,
        score_day,
        month_start,
        measure_group,
        measure,
        false as is_cap,
        status,
        is_penalised,
        raw_value,
        observations,
        age_days,
        normalised_score,
        weight,
        effective_weight,
        weight_share,
        contribution,
        points_lost

    from measures

    union all

    select
        scores.customer_id,
        scores.score_day,
        scores.month_start,
        '(cap)',
        scores.cap,
        true,
        'ok',
        false,
        evidence.raw_value,
        evidence.observations,
        evidence.age_days,
        {{ unknown }},
        {{ unknown }},
        {{ unknown }},
        cast(0 as decimal(38, 10)),
        cast(scores.score - scores.uncapped_score as decimal(38, 10)),
        cast(scores.uncapped_score - scores.score as decimal(38, 10))

    from scores
    inner join evidence
        on
            scores.customer_id = evidence.customer_id
            and scores.score_day = evidence.score_day
            and scores.cap_measure = evidence.measure

),

-- what counted on the score day before and has no place in this one's score
gone as (

    select
        scores.customer_id,
        scores.score_day,
        scores.month_start,
        before.measure_group,
        before.measure,
        before.is_cap,
        before.contribution

    from scores
    inner join explained as before
        on scores.customer_id = before.customer_id and scores.month_start = {{ add_months('before.month_start', 1) }}
    left join explained
        on
            scores.customer_id = explained.customer_id
            and scores.score_day = explained.score_day
            and before.measure = explained.measure
            and before.is_cap = explained.is_cap
    where scores.score_change is not null and before.contribution <> 0 and explained.customer_id is null

),

all_rows as (

    select
        explained.*,
        case
            when scores.score_change is not null
                then cast(explained.contribution - coalesce(before.contribution, 0) as decimal(38, 10))
        end as contribution_change

    from explained
    inner join scores on explained.customer_id = scores.customer_id and explained.score_day = scores.score_day
    left join explained as before
        on
            explained.customer_id = before.customer_id
            and explained.month_start = {{ add_months('before.month_start', 1) }}
            and explained.measure = before.measure
            and explained.is_cap = before.is_cap

    union all

    select
        customer_id,
        score_day,
        month_start,
        measure_group,
        measure,
        is_cap,
        'gone',
        false,
        {{ unknown }},
        cast(null as bigint),
        cast(null as integer),
        {{ unknown }},
        {{ unknown }},
        {{ unknown }},
        cast(0 as decimal(38, 10)),
        cast(0 as decimal(38, 10)),
        cast(0 as decimal(38, 10)),
        cast(-contribution as decimal(38, 10))

    from gone

),

ranked as (

    select
        all_rows.*,
        case
            when points_lost > 0
                then row_number() over (
                    partition by customer_id, score_day order by points_lost desc, {{ text_order('measure') }}, is_cap
                )
        end as points_lost_rank

    from all_rows

)

select
    customer_id,
    score_day,
    measure_group,
    measure,
    cast(status as varchar) as status,
    is_penalised,
    cast(raw_value as decimal(38, 10)) as raw_value,
    observations,
    age_days,
    cast(normalised_score as decimal(38, 10)) as normalised_score,
    cast(weight as decimal(38, 10)) as weight,
    cast(effective_weight as decimal(38, 10)) as effective_weight,
    cast(weight_share as decimal(38, 10)) as weight_share,
    cast(contribution as decimal(38, 10)) as contribution,
    cast(points_lost as decimal(38, 10)) as points_lost,
    cast(points_lost_rank as bigint) as points_lost_rank,
    cast(contribution_change as decimal(38, 10)) as contribution_change

from ranked
