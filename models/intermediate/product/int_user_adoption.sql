with

as_of as (

    select * from {{ ref('int_as_of') }}

),

users as (

    select
        users.user_id,
        users.customer_id,
        users.created_date,
        {{ add_days('users.created_date', var('adoption_days')) }} as window_ends_day

    from {{ ref('int_users') }} as users

),

active_days as (

    select
        users.user_id,
        user_days.active_day,
        row_number() over (partition by users.user_id order by user_days.active_day) as day_number

    from users
    inner join {{ ref('int_user_days') }} as user_days
        on
            users.user_id = user_days.user_id
            and user_days.active_day >= users.created_date
            and user_days.active_day <= users.window_ends_day
    where user_days.is_active

)

select
    users.user_id,
    users.customer_id,
    users.created_date,
    users.window_ends_day > (select as_of_day from as_of) as is_pending,
    active_days.active_day as adopted_day,
    cast({{ days_between('users.created_date', 'active_days.active_day') }} as integer) as days_to_adoption,
    {{ segment_attributes('spans.') }}

from users
-- the day that makes the user an adopter
left join active_days on users.user_id = active_days.user_id and active_days.day_number = {{ var('adoption_active_days') }}
inner join {{ ref('int_customer_spans') }} as spans
    on users.customer_id = spans.customer_id and users.created_date >= spans.valid_from and users.created_date < spans.valid_to
