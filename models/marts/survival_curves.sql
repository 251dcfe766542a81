{%- set z = '1.959963984540054' -%}
with

as_of as (

    select * from {{ ref('int_as_of') }}

),

steps as (

    select steps.*
    from {{ ref('int_survival_steps') }} as steps
    inner join as_of on steps.closing_day = as_of.as_of_day

),

-- log-log limits: S to the power of exp(-+ z sqrt(V) / ln S)
limits as (

    select
        steps.*,
        case when not is_nobody_left and log_survival < 0 then exp({{ z }} * sqrt(greenwood_sum) / -log_survival) end as limit_power

    from steps

)

select
    segment_name,
    segment_value,
    age_months,
    at_risk,
    events,
    censored,
    survival,
    case when not is_nobody_left then survival * sqrt(greenwood_sum) end as standard_error,
    case when limit_power is not null then exp(greatest(log_survival * limit_power, cast(-700 as double precision))) end as lower_bound,
    exp(log_survival / limit_power) as upper_bound

from limits
