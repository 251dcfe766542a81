with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- the days on which a customer answered a survey or gave feedback
heard_days as (

    select customer_id, answer_day as heard_day from {{ ref('int_survey_answers') }}
    union
    select customer_id, received_date from {{ ref('stg_voice__feedback') }}
    where received_date <= (select as_of_day from as_of)

),

heard as (

    select distinct
        periods.period_type,
        periods.period_start,
        periods.closing_day,
        heard_days.customer_id

    from heard_days
    inner join {{ ref('int_period_months') }} as period_months on {{ month_of('heard_days.heard_day') }} = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and heard_days.heard_day >= periods.first_day

),

-- of those who pay at the close
set_sums as (

    select
        heard.period_type,
        heard.period_start,
        balances.attribute_set,
        count(*) as heard_customers

    from heard
    inner join {{ ref('int_customer_balances') }} as balances
        on heard.customer_id = balances.customer_id and heard.closing_day = balances.state_day
    where balances.mrr > 0
    group by heard.period_type, heard.period_start, balances.attribute_set

)

select
    set_sums.period_type,
    set_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    cast(sum(set_sums.heard_customers) as bigint) as heard_customers

from set_sums
inner join {{ ref('int_attribute_sets') }} as attribute_sets on set_sums.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
