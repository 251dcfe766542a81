select
    milestones.customer_id,
    milestones.milestone,
    min(milestones.reached_date) as reached_day

from {{ ref('stg_product__milestones') }} as milestones
inner join {{ ref('int_customers') }} as customers on milestones.customer_id = customers.customer_id
where milestones.reached_date <= (select as_of_day from {{ ref('int_as_of') }})
group by milestones.customer_id, milestones.milestone
