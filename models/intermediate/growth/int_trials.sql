with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- the first day from the trial's start on that the subscription paid for
first_paid_days as (

    select
        subscriptions.subscription_id,
        min(greatest(pieces.valid_from, subscriptions.trial_start_date)) as converted_day

    from {{ ref('stg_billing__subscriptions') }} as subscriptions
    inner join {{ ref('int_item_pieces') }} as pieces
        on subscriptions.subscription_id = pieces.subscription_id and subscriptions.trial_start_date < pieces.valid_to
    where pieces.mrr > 0
    group by subscriptions.subscription_id

),

-- a table of trials leaves no room for derived ones
trials as (

    select
        trial_id,
        customer_id,
        trial_start_date as start_day,
        trial_end_date as end_day,
        converted_date as converted_day
    from {{ ref('stg_growth__trials') }}

    union all

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.trial_start_date,
        subscriptions.trial_end_date,
        first_paid_days.converted_day
    from {{ ref('stg_billing__subscriptions') }} as subscriptions
    left join first_paid_days on subscriptions.subscription_id = first_paid_days.subscription_id
    where subscriptions.trial_start_date is not null and not exists (select 1 from {{ ref('stg_growth__trials') }})

),

started as (

    select
        trials.trial_id,
        trials.customer_id,
        trials.start_day,
        trials.end_day,
        case when trials.converted_day <= as_of.as_of_day then trials.converted_day end as converted_day,
        {{ add_days('trials.end_day', var('trial_grace_days')) }} as grace_ends_day,
        as_of.as_of_day

    from trials
    cross join as_of
    left join {{ ref('int_customers') }} as customers on trials.customer_id = customers.customer_id
    where trials.start_day <= as_of.as_of_day and (trials.customer_id is null or customers.customer_id is not null)

),

judged as (

    select
        started.*,
        grace_ends_day is null or grace_ends_day > as_of_day as is_pending,
        coalesce(converted_day <= grace_ends_day, false) as is_converted_in_grace,
        coalesce(converted_day <= end_day, false) as is_converted_in_trial,
        converted_day is not null as is_converted

    from started

),

events as (

    select trial_id, customer_id, 'started' as event, start_day as event_day, is_pending, is_converted_in_grace, is_converted_in_trial, is_converted
    from judged
    union all
    select trial_id, customer_id, 'converted', converted_day, is_pending, is_converted_in_grace, is_converted_in_trial, is_converted
    from judged
    where converted_day is not null
    union all
    select trial_id, customer_id, 'ended', end_day, is_pending, is_converted_in_grace, is_converted_in_trial, is_converted
    from judged
    where end_day <= as_of_day

)

select
    events.trial_id,
    events.event,
    events.event_day,
    events.customer_id,
    events.is_pending,
    events.is_converted_in_grace,
    events.is_converted_in_trial,
    events.is_converted,
    {% for name in ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from events
left join {{ ref('int_customer_spans') }} as spans
    on events.customer_id = spans.customer_id and events.event_day >= spans.valid_from and events.event_day < spans.valid_to
