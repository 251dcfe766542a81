{%- set history_start = history_start_day() -%}
{%- set z = '1.959963984540054' -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_churns as (

    select
        events.customer_id,
        min(events.churn_day) as churn_day

    from {{ ref('int_churn_events') }} as events
    inner join {{ ref('int_first_payments') }} as first_payments on events.customer_id = first_payments.customer_id
    -- a pause that lapsed before anything was paid is no exit
    where not events.is_dropped and events.churn_day > first_payments.first_paid_day
    group by events.customer_id

),

-- who paid before the history starts is seen only from then on, and not at all where the churn lies before it
subjects as (

    select
        first_payments.customer_id,
        case
            when first_payments.first_paid_day < {{ history_start }} then {{ months_between('first_payments.first_paid_day', history_start) }} else 0
        end as entry_age,
        {{ months_between('first_payments.first_paid_day', 'coalesce(first_churns.churn_day, as_of.as_of_day)') }} as exit_age,
        first_churns.churn_day is not null as has_churned

    from {{ ref('int_first_payments') }} as first_payments
    cross join as_of
    left join first_churns on first_payments.customer_id = first_churns.customer_id
    where first_churns.churn_day is null or first_churns.churn_day >= {{ history_start }}

),

attribute_counts as (

    select
        subjects.entry_age,
        subjects.exit_age,
        subjects.has_churned,
        {{ segment_attributes('today.') }},
        count(*) as customers

    from subjects
    inner join as_of on true
    inner join {{ ref('int_customer_days') }} as today
        on subjects.customer_id = today.customer_id and as_of.as_of_day = today.state_day
    group by subjects.entry_age, subjects.exit_age, subjects.has_churned, {{ segment_attributes('today.') }}

),

segment_counts as (

    select
        segments.segment_name,
        {{ segment_value('attribute_counts.') }} as segment_value,
        attribute_counts.entry_age,
        attribute_counts.exit_age,
        attribute_counts.has_churned,
        sum(attribute_counts.customers) as customers

    from attribute_counts
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3, 4, 5

),

changes as (

    select segment_name, segment_value, entry_age as age_months, customers as entries, 0 as events, 0 as censored from segment_counts
    union all
    select
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
        segment_name,
        segment_value,
        max(exit_age) as last_age

    from segment_counts
    group by segment_name, segment_value

),

ages as (

    {{ numbers('select coalesce(max(exit_age), 0) from subjects') }}

),

steps as (

    select
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
            longest.segment_name = changes.segment_name
            and longest.segment_value = changes.segment_value
            and ages.n = changes.age_months
    group by longest.segment_name, longest.segment_value, ages.n

),

-- who leaves or is lost from sight at an age is at risk at it
risks as (

    select
        segment_name,
        segment_value,
        age_months,
        cast(events as bigint) as events,
        cast(censored as bigint) as censored,
        cast(
            sum(entries - events - censored) over (partition by segment_name, segment_value order by age_months) + events + censored as bigint
        ) as at_risk

    from steps

),

-- a step at which everybody leaves has no logarithm: from there on survival is 0
logarithms as (

    select
        risks.*,
        max(case when events > 0 and events = at_risk then 1 else 0 end) over (
            partition by segment_name, segment_value order by age_months
        ) = 1 as is_nobody_left,
        sum(
            case
                when events > 0 and events < at_risk then ln(cast(at_risk - events as double precision) / cast(at_risk as double precision))
                else cast(0 as double precision)
            end
        ) over (partition by segment_name, segment_value order by age_months) as log_survival,
        sum(
            case
                when events > 0 and events < at_risk
                    then cast(events as double precision) / (cast(at_risk as double precision) * cast(at_risk - events as double precision))
                else cast(0 as double precision)
            end
        ) over (partition by segment_name, segment_value order by age_months) as greenwood_sum

    from risks

),

-- log-log limits: S to the power of exp(-+ z sqrt(V) / ln S)
limits as (

    select
        logarithms.*,
        case when not is_nobody_left and log_survival < 0 then exp({{ z }} * sqrt(greenwood_sum) / -log_survival) end as limit_power

    from logarithms

)

select
    segment_name,
    segment_value,
    age_months,
    at_risk,
    events,
    censored,
    case when is_nobody_left then cast(0 as double precision) else exp(log_survival) end as survival,
    case when not is_nobody_left then exp(log_survival) * sqrt(greenwood_sum) end as standard_error,
    case when limit_power is not null then exp(greatest(log_survival * limit_power, cast(-700 as double precision))) end as lower_bound,
    exp(log_survival / limit_power) as upper_bound

from limits
