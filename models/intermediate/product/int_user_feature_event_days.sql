{{ made_by_day() }}
-- the one pass over the events from which the use of features is cut; every event that names one counts, qualifying or not
select distinct
    user_id,
    feature,
    occurred_date

from {{ ref('stg_product__usage_events') }}
where feature is not null and user_id is not null
