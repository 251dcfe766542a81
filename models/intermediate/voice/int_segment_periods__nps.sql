{%- set measures = [
    'period_type', 'period_start', 'segment_name', 'segment_value', 'nps_answers', 'promoters', 'passives', 'detractors', 'commented_nps_answers',
    'nps_customers', 'customer_votes', 'customer_votes_squares', 'weighted_votes', 'voting_mrr'
] -%}
select {{ measures | join(', ') }} from {{ ref('int_segment_periods__voice') }}
union all
select {{ measures | join(', ') }} from {{ ref('int_segment_periods__nps_kinds') }}
