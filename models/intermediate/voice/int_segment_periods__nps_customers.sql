select
    customers.period_type,
    customers.period_start,
    segments.segment_name,
    {{ segment_value('customers.') }} as segment_value,
    count(*) as nps_customers,
    cast(sum(customers.vote) as decimal(38, 10)) as customer_votes,
    cast(sum(cast(customers.vote * customers.vote as decimal(38, 10))) as decimal(38, 10)) as customer_votes_squares,
    cast(sum({{ converted('customers.vote', 'customers.mrr') }}) as decimal(38, 10)) as weighted_votes,
    cast(sum(customers.mrr) as decimal(38, 10)) as voting_mrr

from {{ ref('int_nps_customer_periods') }} as customers
cross join {{ ref('int_segments') }} as segments
where not customers.is_of_one_kind
group by 1, 2, 3, 4
