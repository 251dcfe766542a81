{#- Each measure: the tables that must have a row by the day, and the value where there is nothing to count (none: there is no value). -#}
{%- set usage = ['users', 'usage_events'] -%}
{%- set tickets = ['tickets', 'ticket_status_changes'] -%}
{%- set measures = {
    'active_user_share': [usage, none],
    'active_days_per_user': [usage, none],
    'feature_breadth': [usage + ['entitlements'], none],
    'usage_trend': [usage, none],
    'days_since_use': [usage, none],
    'open_severe_tickets': [tickets, 0],
    'oldest_severe_ticket_days': [tickets, 0],
    'open_tickets': [tickets, 0],
    'median_resolution_hours': [tickets, none],
    'reopen_rate': [tickets, none],
    'latest_nps': [[], none],
    'csat_share': [[], none],
    'net_sentiment': [[], none],
    'days_past_due': [['invoices'], 0],
    'mrr_change': [[], none],
    'cancellation_scheduled': [[], 0],
    'days_since_touch': [[], none]
} -%}
{#- Those whose evidence has an age. -#}
{%- set aged = ['latest_nps', 'days_since_touch'] -%}
{%- set tables = {
    'users': ['stg_product__users', 'created_date'],
    'usage_events': ['stg_product__usage_events', 'occurred_date'],
    'entitlements': ['stg_product__entitlements', 'entitled_from_date'],
    'tickets': ['stg_support__tickets', 'created_date'],
    'ticket_status_changes': ['stg_support__ticket_status_changes', 'changed_date'],
    'invoices': ['stg_billing__invoices', 'issued_date']
} -%}
with

first_rows as (

    {% for table, source in tables.items() -%}
    select
        '{{ table }}' as table_name,
        coalesce(min({{ source[1] }}), {{ forever() }}) as first_day
    from {{ ref(source[0]) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

measures as (

    {% for measure, about in measures.items() -%}
    select
        '{{ measure }}' as measure,
        cast({{ about[1] if about[1] is not none else 'null' }} as decimal(38, 10)) as value_of_nothing,
        cast({{ 1000000 ** aged.index(measure) if measure in aged else 0 }} as bigint) as age_unit,
        {% if about[0] -%}
        (select max(first_day) from first_rows where table_name in ('{{ about[0] | join("', '") }}')) as connected_from
        {%- else -%}
        cast('0001-01-01' as date) as connected_from
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    cast(measure as varchar) as measure,
    value_of_nothing,
    age_unit,
    connected_from

from measures
