{{ config(materialized='view', schema='published_before') }}
{%- set columns = [
    'metric_name', 'period_type', 'period_start', 'period_end', 'segment_name', 'segment_value', 'is_complete', 'numerator', 'denominator', 'value'
] -%}
select {{ columns | join(', ') }} from {{ source('published', 'metrics') if was_published('metrics', columns) else ref('metrics') ~ ' where false' }}
