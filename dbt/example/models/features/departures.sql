-- What is known about a flight the day before.
select
    f.id,
    f.scheduled_at,
    f.time_hour,
    f.carrier,
    f.route,
    f.tailnum,
    f.origin,
    f.hour,
    f.distance,
    to_char(f.scheduled_at at time zone 'America/New_York', 'Dy') as weekday,
    2013 - p.year as plane_age,
    p.seats
from {{ ref("stg_flights") }} as f
left join {{ source("raw", "planes") }} as p on f.tailnum = p.tailnum
