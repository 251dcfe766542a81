{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

months as (

    select * from {{ ref('int_months') }}

),

users as (

    select * from {{ ref('int_users') }}

),

user_days as (

    select * from {{ ref('int_user_days') }}
    where is_active

),

features_used as (

    select * from {{ ref('int_user_feature_days') }}

),

entitlements as (

    select * from {{ ref('stg_product__entitlements') }}

),

numbers as (

    {{ numbers('111') }}

),

-- the windows' days are few enough to be written out, so that user-days find theirs by equality
window_days as (

    select
        months.closing_day,
        {{ add_days('months.closing_day', '-numbers.n') }} as window_day,
        numbers.n < 28 as is_recent

    from months
    cross join numbers

),

user_windows as (

    select
        window_days.closing_day,
        user_days.customer_id,
        user_days.user_id,
        users.is_licensed,
        {{ count_where('window_days.is_recent') }} as active_days,
        sum(case when window_days.is_recent then user_days.actions else 0 end) as actions,
        sum(case when window_days.is_recent then 0 else user_days.actions end) as actions_before

    from user_days
    inner join users on user_days.user_id = users.user_id
    inner join window_days on user_days.active_day = window_days.window_day and user_days.created_date <= window_days.closing_day
    group by window_days.closing_day, user_days.customer_id, user_days.user_id, users.is_licensed

),

customer_windows as (

    select
        closing_day,
        customer_id,
        {{ count_where('active_days > 0 and is_licensed') }} as active_licensed_users,
        {{ count_where('active_days > 0') }} as active_users,
        cast(sum(active_days) as bigint) as user_days,
        cast(sum(actions) as decimal(38, 10)) as actions,
        cast(sum(actions_before) as decimal(38, 10)) as actions_before

    from user_windows
    group by closing_day, customer_id

),

created_licences as (

    select
        customer_id,
        {{ month_of('created_date') }} as created_month,
        count(*) as users

    from users
    where is_licensed
    group by customer_id, {{ month_of('created_date') }}

),

licences as (

    select
        months.closing_day,
        created_licences.customer_id,
        cast(sum(created_licences.users) as bigint) as licensed_users

    from created_licences
    inner join months on created_licences.created_month <= months.month_start
    group by months.closing_day, created_licences.customer_id

),

entitled_features as (

    select distinct
        months.closing_day,
        entitlements.customer_id,
        entitlements.feature

    from entitlements
    inner join months
        on
            entitlements.entitled_from_date <= months.closing_day
            and coalesce(entitlements.entitled_to_date, {{ forever() }}) > months.closing_day

),

used_features as (

    select distinct
        window_days.closing_day,
        features_used.customer_id,
        features_used.feature

    from features_used
    inner join users on features_used.user_id = users.user_id
    inner join window_days
        on features_used.used_day = window_days.window_day and window_days.is_recent and users.created_date <= window_days.closing_day

),

breadths as (

    select
        entitled_features.closing_day,
        entitled_features.customer_id,
        count(*) as features,
        {{ count_where('used_features.feature is not null') }} as used_features

    from entitled_features
    left join used_features
        on
            entitled_features.closing_day = used_features.closing_day
            and entitled_features.customer_id = used_features.customer_id
            and entitled_features.feature = used_features.feature
    group by entitled_features.closing_day, entitled_features.customer_id

),

-- a day of use is known from the day on which its user is
last_days_of_months as (

    select
        customer_id,
        {{ month_of('greatest(active_day, created_date)') }} as known_month,
        max(active_day) as active_day

    from user_days
    group by customer_id, {{ month_of('greatest(active_day, created_date)') }}

),

last_days as (

    select
        customer_id,
        known_month,
        max(active_day) over (partition by customer_id order by known_month rows unbounded preceding) as active_day,
        coalesce(lead(known_month) over (partition by customer_id order by known_month), {{ forever() }}) as until_month

    from last_days_of_months

)

select
    licences.customer_id,
    licences.closing_day as score_day,
    'active_user_share' as measure,
    {{ exact_share('coalesce(windows.active_licensed_users, 0)', 'licences.licensed_users') }} as raw_value,
    licences.licensed_users as observations,
    cast(0 as integer) as age_days

from licences
left join customer_windows as windows
    on licences.closing_day = windows.closing_day and licences.customer_id = windows.customer_id

union all

select
    customer_id,
    closing_day,
    'active_days_per_user',
    {{ exact_share('user_days', '4 * active_users') }},
    active_users,
    0

from customer_windows
where active_users > 0

union all

select
    customer_id,
    closing_day,
    'feature_breadth',
    {{ exact_share('used_features', 'features') }},
    features,
    0

from breadths

union all

-- against a third of the 84 days before
select
    customer_id,
    closing_day,
    'usage_trend',
    {{ exact_share('actions', 'actions_before', 3) }},
    cast(floor(actions_before) as bigint),
    0

from customer_windows
where actions_before > 0

union all

select
    last_days.customer_id,
    months.closing_day,
    'days_since_use',
    cast({{ days_between('last_days.active_day', 'months.closing_day') }} as decimal(38, 10)),
    1,
    0

from last_days
inner join months on last_days.known_month <= months.month_start and last_days.until_month > months.month_start
