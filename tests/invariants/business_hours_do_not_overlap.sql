-- Each row: the first line of the seed business_hours that begins before an earlier line of its weekday has ended, and that line.
select
    later.iso_weekday,
    later.opens_at,
    later.closes_at,
    earlier.opens_at as overlaps_opens_at,
    earlier.closes_at as overlaps_closes_at

from {{ ref('business_hours') }} as later
inner join {{ ref('business_hours') }} as earlier
    on
        later.iso_weekday = earlier.iso_weekday
        and {{ minutes_of('earlier.opens_at') }} < {{ minutes_of('later.opens_at') }}
        and {{ minutes_of('earlier.closes_at') }} > {{ minutes_of('later.opens_at') }}
