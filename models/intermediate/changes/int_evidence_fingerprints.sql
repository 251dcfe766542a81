{#- What is told of a customer, and the day from which on it is: days before know nothing of it. -#}
{%- set told = {
    ref('stg_billing__invoices'): 'issued_date',
    ref('int_users'): 'created_date',
    ref('int_user_days'): 'active_day',
    ref('int_user_feature_days'): 'used_day',
    ref('stg_product__entitlements'): 'entitled_from_date',
    ref('int_tickets'): 'created_date',
    ref('int_ticket_turns'): 'turned_date',
    ref('int_survey_answers'): 'answer_day',
    ref('int_texts'): 'text_day',
    ref('int_touches'): 'touch_day',
    ref('stg_billing__contract_terms'): 'term_start_date'
} -%}
with

row_hashes as (

    {% for relation, told_day in told.items() -%}
    select
        customer_id,
        {{ told_day }} as told_day,
        {{ row_hash('that_row') }} as row_hash
    from {{ relation }} as that_row -- noqa: AL05
    where customer_id is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

days as (

    select
        as_of.as_of_day,
        coalesce(last_build.as_of_day, as_of.as_of_day) as last_as_of_day

    from {{ ref('int_as_of') }} as as_of
    left join {{ of_last_build('int_as_of', 'cast(null as date) as as_of_day') }} as last_build on true

)

select
    row_hashes.customer_id,
    cast(sum(case when row_hashes.told_day < days.as_of_day then row_hashes.row_hash else 0 end) as decimal(38, 0)) as fingerprint,
    cast(sum(case when row_hashes.told_day < days.last_as_of_day then row_hashes.row_hash else 0 end) as decimal(38, 0)) as fingerprint_then

from row_hashes
cross join days
group by row_hashes.customer_id
