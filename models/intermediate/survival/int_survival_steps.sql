with

segment_counts as (

    select * from {{ ref('int_survival_counts') }}

),

changes as (

    select
        closing_day,
        segment_name,
        segment_value,
        entry_age as age_months,
        customers as entries,
        0 as events,
        0 as censored
    from segment_counts

    union all

    select
        closing_day,
        segment_name,
        segment_value,
        exit_age,
        0,
        case when has_churned then customers else 0 end,
        case when has_churned then 0 else customers end
    from segment_counts

),

longest as (

    select
        closing_day,
        segment_name,
        segment_value,
        max(exit_age) as last_age

    from segment_counts
    group by closing_day, segment_name, segment_value

),

ages as (

    {{ numbers('select coalesce(max(exit_age), 0) from segment_counts') }}

),

steps as (

    select
        longest.closing_day,
        longest.segment_name,
        longest.segment_value,
        ages.n as age_months,
        coalesce(sum(changes.entries), 0) as entries,
        coalesce(sum(changes.events), 0) as events,
        coalesce(sum(changes.censored), 0) as censored

    from longest
    inner join ages on longest.last_age >= ages.n
    left join changes
        on
            longest.closing_day = changes.closing_day
            and longest.segment_name = changes.segment_name
            and longest.segment_value = changes.segment_value
            and ages.n = changes.age_months
    group by longest.closing_day, longest.segment_name, longest.segment_value, ages.n

),

-- who leaves or is lost from sight at an age is at risk at it
risks as (

    select
        closing_day,
        segment_name,
        segment_value,
        age_months,
        cast(events as bigint) as events,
        cast(censored as bigint) as censored,
        cast(
            sum(entries - events - censored) over (partition by closing_day, segment_name, segment_value order by age_months)
            + events + censored as bigint
        ) as at_risk

    from steps

),

-- a step at which everybody leaves has no logarithm: from there on survival is 0
logarithms as (

    select
        risks.*,
        max(case when events > 0 and events = at_risk then 1 else 0 end) over (
            partition by closing_day, segment_name, segment_value order by age_months
        ) = 1 as is_nobody_left,
        sum(
            case
                when events > 0 and events < at_risk then ln(cast(at_risk - events as double precision) / cast(at_risk as double precision))
                else cast(0 as double precision)
            end
        ) over (partition by closing_day, segment_name, segment_value order by age_months) as log_survival,
        sum(
            case
                when events > 0 and events < at_risk
                    then cast(events as double precision) / (cast(at_risk as double precision) * cast(at_risk - events as double precision))
                else cast(0 as double precision)
            end
        ) over (partition by closing_day, segment_name, segment_value order by age_months) as greenwood_sum

    from risks

)

select
    closing_day,
    segment_name,
    segment_value,
    age_months,
    at_risk,
    events,
    censored,
    is_nobody_left,
    log_survival,
    greenwood_sum,
    case when is_nobody_left then cast(0 as double precision) else exp(log_survival) end as survival

from logarithms
