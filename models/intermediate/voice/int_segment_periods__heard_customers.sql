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
        heard_days.customer_id

    from heard_days
    inner join {{ ref('int_period_months') }} as period_months on {{ month_of('heard_days.heard_day') }} = period_months.month_start
    inner join {{ ref('int_periods') }} as periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and heard_days.heard_day >= periods.first_day

),

attribute_sums as (

    select
        customers.period_type,
        customers.period_start,
        {{ segment_attributes('customers.closing_') }},
        count(*) as heard_customers

    from {{ ref('int_customer_periods') }} as customers
    inner join heard
        on
            customers.period_type = heard.period_type
            and customers.period_start = heard.period_start
            and customers.customer_id = heard.customer_id
    where customers.closing_mrr > 0
    group by customers.period_type, customers.period_start, {{ segment_attributes('customers.closing_') }}

)

select
    attribute_sums.period_type,
    attribute_sums.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sums.closing_') }} as segment_value,
    cast(sum(attribute_sums.heard_customers) as bigint) as heard_customers

from attribute_sums
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
