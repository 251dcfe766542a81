select distinct
    {{ hash_of(segment_attributes().split(', ')) }} as attribute_set,
    {{ segment_attributes() }}

from {{ ref('int_customer_spans') }}
