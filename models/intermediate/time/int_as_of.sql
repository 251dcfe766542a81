with

-- what cannot lie in the future
facts as (

    select max(created_date) as last_day from {{ ref('base_billing__customers') }}
    where fate = 'staged' and created_date <= {{ today() }}
    union all
    select max(started_date) from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged' and started_date <= {{ today() }}
    union all
    select max(issued_date) from {{ ref('base_billing__invoices') }}
    where fate = 'staged' and issued_date <= {{ today() }}
    union all
    select max(occurred_date) from {{ ref('base_product__usage_events') }}
    where fate = 'staged' and occurred_date <= {{ today() }}
    union all
    select max(created_date) from {{ ref('base_support__tickets') }}
    where fate = 'staged' and created_date <= {{ today() }}
    union all
    select max(sent_date) from {{ ref('base_support__ticket_messages') }}
    where fate = 'staged' and sent_date <= {{ today() }}
    union all
    select max(sent_date) from {{ ref('base_voice__survey_responses') }}
    where fate = 'staged' and sent_date <= {{ today() }}

)

select coalesce(cast(nullif('{{ as_of_setting() }}', '') as date), max(last_day), {{ today() }}) as as_of_day
from facts
