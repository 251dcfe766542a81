with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- a cost of a test customer is out
costs as (

    select
        costs.*,
        costs.customer_id is not null as is_owned,
        case when costs.period_start_date < costs.period_end_date then costs.period_start_date else costs.incurred_date end as service_start,
        case
            when costs.period_start_date < costs.period_end_date then costs.period_end_date
            else {{ add_days('costs.incurred_date', 1) }}
        end as service_end

    from {{ ref('stg_growth__costs') }} as costs
    left join {{ ref('int_customers') }} as customers on costs.customer_id = customers.customer_id
    where
        costs.incurred_date <= (select as_of_day from as_of)
        and (costs.customer_id is null or customers.customer_id is not null)

),

priced as (

    select
        costs.*,
        {{ converted('costs.amount', 'rates.rate') }} as reporting_amount

    from costs
    inner join {{ ref('int_exchange_rate_spans') }} as rates
        on costs.currency = rates.currency and costs.incurred_date >= rates.valid_from and costs.incurred_date < rates.valid_to

)

select
    priced.cost_id,
    months.month_start,
    priced.purpose,
    priced.is_owned,
    priced.customer_id,
    coalesce(priced.acquisition_channel, spans.acquisition_channel, '(unknown)') as cost_channel,
    {% for name in ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }},
    {% endfor -%}
    {{ rounded_quotient(
        '(' ~ scaled('priced.reporting_amount', 10) ~ ' * '
        ~ days_between('greatest(priced.service_start, months.first_day)', 'least(priced.service_end, ' ~ add_days('months.closing_day', 1) ~ ')')
        ~ ')',
        days_between('priced.service_start', 'priced.service_end')
    ) }} as amount

from priced
inner join {{ ref('int_months') }} as months
    on priced.service_start <= months.closing_day and priced.service_end > months.first_day
left join {{ ref('int_customer_spans') }} as spans
    on
        priced.customer_id = spans.customer_id
        and priced.incurred_date >= spans.valid_from
        and priced.incurred_date < spans.valid_to
