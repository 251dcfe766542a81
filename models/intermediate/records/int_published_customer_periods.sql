{{ config(materialized='view', schema='published_before') }}
{%- set columns = ['period_type', 'period_start', 'customer_id'] + compared_customer_columns() -%}
select {{ columns | join(', ') }}
from {{ source('published', 'customer_periods') if was_published('customer_periods', columns) else ref('customer_periods') ~ ' where false' }}
