with

-- every metric file of the family stands here once: counts and ratios ...
figures as (

    select * from {{ ref('average_response_time') }}
    union all
    select * from {{ ref('average_first_response_time') }}
    union all
    select * from {{ ref('average_resolution_time') }}
    union all
    select * from {{ ref('ticket_resolution_rate') }}
    union all
    select * from {{ ref('first_contact_resolution_rate') }}
    union all
    select * from {{ ref('conversation_thread_length') }}
    union all
    select * from {{ ref('tickets_per_customer') }}
    union all
    select * from {{ ref('call_volume') }}
    union all
    select * from {{ ref('average_handle_time') }}
    union all
    select * from {{ ref('call_abandonment_rate') }}
    union all
    select * from {{ ref('average_speed_of_answer') }}
    union all
    select * from {{ ref('call_service_level') }}
    union all
    select * from {{ ref('call_first_contact_resolution_rate') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('median_response_time') }}
    union all
    select * from {{ ref('median_first_response_time') }}
    union all
    select * from {{ ref('median_resolution_time') }}

)

{{ metric_cells(['figures', 'statistics']) }}
