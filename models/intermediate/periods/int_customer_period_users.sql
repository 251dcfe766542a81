with

periods as (

    select * from {{ ref('int_periods') }}

),

-- licences are known where the extract has the column at all
users as (

    select
        customer_id,
        created_date,
        count(*) as total_users,
        {{ count_where('is_licensed' if 'is_licensed' in raw_columns('users') else 'true') }} as licensed_users

    from {{ ref('int_users') }}
    group by customer_id, created_date

),

created as (

    select
        periods.period_type,
        periods.period_start,
        users.customer_id,
        sum(users.total_users) as total_users,
        sum(case when users.created_date <= periods.opening_day then users.total_users else 0 end) as total_users_at_opening,
        sum(users.licensed_users) as licensed_users

    from users
    inner join periods on users.created_date <= periods.closing_day
    group by periods.period_type, periods.period_start, users.customer_id

),

active as (

    select
        period_type,
        period_start,
        customer_id,
        active_users

    from {{ ref('int_customer_period_usage') }}

)

select
    created.period_type,
    created.period_start,
    created.customer_id,
    cast(created.total_users as bigint) as total_users,
    cast(created.total_users_at_opening as bigint) as total_users_at_opening,
    cast(coalesce(active.active_users, 0) as bigint) as active_users,
    {% if 'is_licensed' in raw_columns('users') -%}
    cast(created.licensed_users as bigint) as revenue_users
    {%- else -%}
    -- no licences in the extract: who was active; no usage at all: everybody
    cast(
        case
            when exists (select 1 from {{ ref('stg_product__usage_events') }}) then coalesce(active.active_users, 0)
            else created.total_users
        end as bigint
    ) as revenue_users
    {%- endif %}

from created
left join active
    on
        created.period_type = active.period_type
        and created.period_start = active.period_start
        and created.customer_id = active.customer_id
