-- A flight's delay is known an hour after it has landed: not when it was due to land, and not when it left.
select
    f.carrier,
    f.route,
    f.tailnum,
    f.arr_delay,
    f.landed_at + interval '1 hour' as known_at
from {{ ref("stg_flights") }} as f
where f.landed_at is not null
