with

booked as (

    select distinct
        customer_id,
        period_start,
        opening_mrr,
        closing_mrr

    from {{ ref('mrr_movements') }}
    where period_type = 'day'

),

chained as (

    select
        booked.*,
        lag(closing_mrr) over (partition by customer_id order by period_start) as last_closing_mrr

    from booked

)

select * from chained
where opening_mrr <> last_closing_mrr
