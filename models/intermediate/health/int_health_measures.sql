{%- set hundred = 'cast(100 as decimal(38, 10))' -%}
with

profiles as (

    select * from {{ ref('int_health_profiles') }}

),

measures as (

    select * from {{ ref('health_measures') }}

),

evidence as (

    select * from {{ ref('int_customer_evidence') }}

),

months as (

    select * from {{ ref('int_months') }}

),

group_weights as (

    select
        config_version,
        profile,
        measure_group,
        max(group_weight) as group_weight,
        sum(weight) as group_measures_weight

    from measures
    group by config_version, profile, measure_group

),

all_weights as (

    select
        config_version,
        profile,
        sum(group_weight) as all_groups_weight

    from group_weights
    group by config_version, profile

),

-- the customer's own values on the three score days before
bases as (

    select
        days.measure,
        days.customer_id,
        days.score_day,
        sum(before.raw_value) as values_before,
        count(before.raw_value) as days_before

    from evidence as days
    inner join months on days.score_day = months.closing_day
    inner join months as months_before
        on months_before.month_number < months.month_number and months_before.month_number >= months.month_number - 3
    inner join evidence as before
        on
            months_before.closing_day = before.score_day
            and days.customer_id = before.customer_id
            and days.measure = before.measure
    where days.measure in (select measure from measures where method = 'own_trend')
    group by days.measure, days.customer_id, days.score_day

),

asked as (

    select
        profiles.customer_id,
        profiles.score_day,
        profiles.month_start,
        measures.*,
        all_weights.all_groups_weight,
        group_weights.group_measures_weight,
        evidence.raw_value,
        evidence.observations,
        evidence.age_days,
        evidence.is_connected,
        case
            when measures.method <> 'own_trend' then evidence.raw_value
            when bases.values_before > 0
                then {{ proportion('cast(bases.days_before as decimal(38, 10))', 'evidence.raw_value', 'cast(bases.values_before as decimal(38, 10))') }}
        end as judged_value

    from profiles
    inner join measures on profiles.config_version = measures.config_version and profiles.profile = measures.profile
    inner join group_weights
        on
            measures.config_version = group_weights.config_version
            and measures.profile = group_weights.profile
            and measures.measure_group = group_weights.measure_group
    inner join all_weights on measures.config_version = all_weights.config_version and measures.profile = all_weights.profile
    inner join evidence
        on
            profiles.customer_id = evidence.customer_id
            and profiles.score_day = evidence.score_day
            and measures.measure = evidence.measure
    left join bases
        on
            evidence.customer_id = bases.customer_id
            and evidence.score_day = bases.score_day
            and evidence.measure = bases.measure

),

-- turned so that more is better
directed as (

    select
        asked.*,
        case
            when not is_connected then 'not_connected'
            when judged_value is null or observations < coalesce(min_observations, 0) then 'missing'
            when age_days > max_age_days then 'stale'
            else 'ok'
        end as status,
        case when green_at >= red_at then judged_value - red_at else red_at - judged_value end as gain,
        abs(green_at - red_at) as full_gain

    from asked

),

-- against the customers of the same profile and day of whom as much is known
compared as (

    select
        customer_id,
        score_day,
        measure,
        rank() over (partition by score_day, config_version, profile, measure order by gain) - 1 as worse,
        count(*) over (partition by score_day, config_version, profile, measure, gain) as equal,
        count(*) over (partition by score_day, config_version, profile, measure) as all_values

    from directed
    where method = 'percentile' and status = 'ok'

),

judged as (

    select
        directed.*,
        directed.status = 'ok' as is_ok,
        directed.status in ('missing', 'stale') and directed.missing_policy = 'penalise' as is_penalised,
        {{ exact_share('2 * compared.worse + compared.equal', '2 * compared.all_values', 100) }} as percentile

    from directed
    left join compared
        on
            directed.customer_id = compared.customer_id
            and directed.score_day = compared.score_day
            and directed.measure = compared.measure

),

scored as (

    select
        judged.*,
        case
            when is_penalised then cast(0 as decimal(38, 10))
            when not is_ok then null
            when method = 'percentile' then percentile
            when gain <= 0 then cast(0 as decimal(38, 10))
            when gain >= full_gain then {{ hundred }}
            when method = 'step' then cast(50 as decimal(38, 10))
            else {{ proportion(hundred, 'greatest(least(gain, full_gain), 0)', 'full_gain') }}
        end as normalised_score,
        -- evidence that is not there does not fade
        case
            when is_ok and half_life_days is not null
                then power(cast(0.5 as double precision), cast(age_days as double precision) / cast(half_life_days as double precision))
            when is_ok or is_penalised then 1
        end as freshness

    from judged

),

weighed as (

    select
        scored.*,
        cast(cast(weight as double precision) * freshness as decimal(38, 10)) as effective_weight

    from scored

),

-- nothing present: sums of 0
grouped as (

    select
        weighed.*,
        sum(effective_weight) over (partition by customer_id, score_day, measure_group) as present_weight,
        row_number() over (partition by customer_id, score_day, measure_group order by {{ text_order('measure') }}) = 1 as is_first_of_group

    from weighed

),

present as (

    select
        grouped.*,
        effective_weight is not null and present_weight > 0 and group_weight > 0 as is_present,
        sum(case when is_first_of_group and present_weight > 0 then group_weight else 0 end) over (
            partition by customer_id, score_day
        ) as present_groups_weight

    from grouped

),

shared as (

    select
        present.*,
        case
            when is_present then {{ share_of_whole(
                '(' ~ scaled('group_weight', 10) ~ ' * ' ~ scaled('effective_weight', 10) ~ ')',
                '(' ~ scaled('present_groups_weight', 10) ~ ' * ' ~ scaled('present_weight', 10) ~ ')'
            ) }}
            else cast(0 as decimal(38, 10))
        end as rounded_share,
        case
            when is_present then cast(
                cast(group_weight as double precision) * cast(weight as double precision)
                / (cast(all_groups_weight as double precision) * cast(group_measures_weight as double precision))
                * freshness as decimal(38, 10)
            )
            else cast(0 as decimal(38, 10))
        end as coverage,
        row_number() over (
            partition by customer_id, score_day, is_present order by {{ text_order('measure_group') }} desc, {{ text_order('measure') }} desc
        ) = 1 as is_last

    from present

),

-- the last one has what is left to 1
completed as (

    select
        shared.*,
        cast(
            case
                when is_present and is_last
                    then 1 - sum(case when is_last then 0 else rounded_share end) over (partition by customer_id, score_day, is_present)
                else rounded_share
            end as decimal(38, 10)
        ) as weight_share

    from shared

),

contributing as (

    select
        completed.*,
        case when is_present then {{ converted('weight_share', 'normalised_score') }} else cast(0 as decimal(38, 10)) end as contribution

    from completed

)

select
    customer_id,
    score_day,
    month_start,
    config_version,
    profile,
    measure_group,
    measure,
    status,
    is_penalised,
    is_present,
    raw_value,
    observations,
    age_days,
    cast(normalised_score as decimal(38, 10)) as normalised_score,
    weight,
    effective_weight,
    weight_share,
    contribution,
    cast(100 * weight_share - contribution as decimal(38, 10)) as points_lost,
    coverage

from contributing
