with

-- what cannot lie in the future
facts as (

    select
        max(case when created_date <= {{ today() }} then created_date end) as last_day,
        max(created_date) as latest_day
    from {{ ref('base_billing__customers') }}
    where fate = 'staged'
    union all
    select
        max(case when started_date <= {{ today() }} then started_date end),
        max(started_date)
    from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged'
    union all
    select
        max(case when issued_date <= {{ today() }} then issued_date end),
        max(issued_date)
    from {{ ref('base_billing__invoices') }}
    where fate = 'staged'
    union all
    select
        max(case when occurred_date <= {{ today() }} then occurred_date end),
        max(occurred_date)
    from {{ ref('base_product__usage_events') }}
    where fate = 'staged'
    union all
    select
        max(case when created_date <= {{ today() }} then created_date end),
        max(created_date)
    from {{ ref('base_support__tickets') }}
    where fate = 'staged'
    union all
    select
        max(case when sent_date <= {{ today() }} then sent_date end),
        max(sent_date)
    from {{ ref('base_support__ticket_messages') }}
    where fate = 'staged'
    union all
    select
        max(case when sent_date <= {{ today() }} then sent_date end),
        max(sent_date)
    from {{ ref('base_voice__survey_responses') }}
    where fate = 'staged'

),

days as (

    select
        max(last_day) as last_day,
        max(latest_day) as latest_day

    from facts

)

select
    coalesce(cast(nullif('{{ as_of_setting() }}', '') as date), last_day, {{ today() }}) as as_of_day,
    '{{ as_of_setting() }}' = '' and (last_day is null or latest_day > {{ today() }}) as moves_with_today

from days
