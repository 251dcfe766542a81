with

as_of as (

    select * from {{ ref('int_as_of') }}

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

terms as (

    select
        terms.*,
        {{ months_between('term_start_date', 'term_end_date') }}
        - case
            when {{ add_months('term_start_date', months_between('term_start_date', 'term_end_date')) }} > term_end_date then 1
            else 0
        end as whole_months

    from {{ ref('stg_billing__contract_terms') }} as terms
    inner join {{ ref('int_customers') }} as customers on terms.customer_id = customers.customer_id

),

-- what a term is worth a month: left-over days are 12 / 365.25 = 48 / 1461 of a month each
valued as (

    select
        terms.*,
        coalesce(
            {{ rounded_quotient(
                '(' ~ scaled('amount', 10) ~ ' * 1461)',
                '(whole_months * 1461 + ' ~ days_between(add_months('term_start_date', 'whole_months'), 'term_end_date') ~ ' * 48)'
            ) }},
            0
        ) as monthly_value

    from terms

),

due as (

    select
        valued.*,
        term_end_date as due_day,
        {{ add_days('term_end_date', var('renewal_grace_days')) }} as grace_ends_day

    from valued
    where not (coalesce(auto_renew, false) and {{ days_between('term_start_date', 'term_end_date') }} < {{ var('renewal_auto_min_days') }})

),

-- terms that may follow one: those of its subscription, or where it has none those of its customer
followers as (

    select
        due.term_id as followed_term_id,
        valued.*

    from due
    inner join valued on due.subscription_id = valued.subscription_id

    union all

    select
        due.term_id,
        valued.*

    from due
    inner join valued on due.customer_id = valued.customer_id
    where due.subscription_id is null

),

successors as (

    select
        due.term_id,
        followers.term_id as successor_term_id,
        followers.monthly_value as successor_value,
        followers.currency as successor_currency,
        row_number() over (partition by due.term_id order by followers.term_start_date, {{ text_order('followers.term_id') }}) as successor_rank

    from due
    left join valued as named
        on
            due.renewed_to_term_id = named.term_id
            and due.term_id <> named.term_id
            and named.term_start_date <= due.grace_ends_day
    inner join followers
        on
            due.term_id = followers.followed_term_id
            and due.term_id <> followers.term_id
            and followers.term_start_date <= due.grace_ends_day
            and followers.term_start_date > due.term_start_date
            and followers.term_end_date > due.term_end_date
    where named.term_id is null

    union all

    select
        due.term_id,
        named.term_id,
        named.monthly_value,
        named.currency,
        1

    from due
    inner join valued as named on due.renewed_to_term_id = named.term_id and due.term_id <> named.term_id
    where named.term_start_date <= due.grace_ends_day

),

priced as (

    select
        due.*,
        due.grace_ends_day > (select as_of_day from as_of) as is_pending,
        successors.successor_term_id,
        coalesce({{ converted('due.monthly_value', 'old_rates.rate') }}, 0) as due_value,
        coalesce({{ converted('successors.successor_value', 'new_rates.rate') }}, 0) as successor_value

    from due
    -- a term that is due later may have no rate yet
    left join rates as old_rates
        on due.currency = old_rates.currency and due.due_day >= old_rates.valid_from and due.due_day < old_rates.valid_to
    left join successors on due.term_id = successors.term_id and successors.successor_rank = 1
    left join rates as new_rates
        on
            successors.successor_currency = new_rates.currency
            and due.due_day >= new_rates.valid_from
            and due.due_day < new_rates.valid_to

),

-- a successor of several terms is shared among them by their values
shared as (

    select
        priced.*,
        sum(due_value) over (partition by successor_term_id) as shared_value,
        count(*) over (partition by successor_term_id) as shared_terms

    from priced

)

select
    shared.term_id,
    shared.customer_id,
    shared.subscription_id,
    shared.term_start_date,
    shared.due_day,
    shared.grace_ends_day,
    shared.is_pending,
    shared.successor_term_id is not null as is_renewed,
    shared.successor_term_id,
    shared.currency,
    shared.amount,
    cast(shared.due_value as decimal(38, 10)) as due_value,
    cast(
        case
            when shared.successor_term_id is null then 0
            when shared.shared_terms = 1 then shared.successor_value
            when shared.shared_value = 0 then {{ proportion('shared.successor_value', '1', 'shared.shared_terms') }}
            else {{ proportion('shared.successor_value', 'shared.due_value', 'shared.shared_value') }}
        end as decimal(38, 10)
    ) as renewed_value,
    spans.plan,
    spans.product_family,
    spans.country,
    spans.industry,
    spans.company_size,
    spans.acquisition_channel,
    spans.csm

from shared
cross join as_of
-- a term that is due later stands where its customer stands today
inner join {{ ref('int_customer_spans') }} as spans
    on
        shared.customer_id = spans.customer_id
        and least(shared.due_day, as_of.as_of_day) >= spans.valid_from
        and least(shared.due_day, as_of.as_of_day) < spans.valid_to
