with

as_of as (

    select * from {{ ref('int_as_of') }}

),

first_touches as (

    select
        customer_id,
        case when first_interaction_date <= (select as_of_day from as_of) then first_interaction_date end as first_interaction_day,
        case when signed_date <= (select as_of_day from as_of) then signed_date end as signed_day

    from {{ ref('stg_product__first_touches') }}

),

value_steps as (

    select * from {{ ref('int_journey_steps') }}
    where is_value_moment

),

value_days as (

    select
        milestones.customer_id,
        min(milestones.reached_day) as value_day

    from {{ ref('int_customer_milestones') }} as milestones
    where milestones.milestone in (select milestone from value_steps)
    group by milestones.customer_id

),

starts as (

    select
        customers.customer_id,
        coalesce(first_touches.first_interaction_day, customers.created_date) as start_day,
        coalesce(first_touches.signed_day, first_payments.first_paid_day) as purchase_day,
        value_days.value_day

    from {{ ref('int_customers') }} as customers
    left join first_touches on customers.customer_id = first_touches.customer_id
    left join {{ ref('int_first_payments') }} as first_payments on customers.customer_id = first_payments.customer_id
    left join value_days on customers.customer_id = value_days.customer_id

)

select
    starts.customer_id,
    starts.start_day,
    starts.purchase_day,
    starts.value_day,
    {{ add_days('starts.start_day', '(select max(target_days) from value_steps)') }} as due_day

from starts
