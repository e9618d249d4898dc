-- One row a flight, with real times.  The file gives the hour of the scheduled departure as an instant
-- and the arrival as the wall clock read at the destination: the flight came to its gate at the first
-- moment after its departure when that clock showed arr_time.
{{ config(
    materialized="incremental",
    unique_key="id",
    on_schema_change="fail",
    indexes=[{"columns": ["id"], "unique": true}],
    post_hook="analyze {{ this }}"
) }}

with departed as (
    select
        f.*,
        f.time_hour + f.minute * interval '1 minute' as scheduled_at,
        f.time_hour + (f.minute + f.dep_delay) * interval '1 minute' as departed_at,
        coalesce(a.tzone, 'America/Puerto_Rico') as zone
    from {{ source("raw", "flights") }} as f
    left join {{ source("raw", "airports") }} as a on f.dest = a.faa
),

arrived as (
    select
        d.*,
        d.departed_at at time zone d.zone as local_departure,
        date_trunc('day', d.departed_at at time zone d.zone) + make_interval(hours => d.arr_time / 100, mins => d.arr_time % 100) as local_arrival
    from departed as d
)

select
    concat_ws(' ', a.carrier, a.flight, to_char(a.scheduled_at at time zone 'America/New_York', 'YYYY-MM-DD HH24:MI'), a.origin) as id,
    a.carrier,
    a.tailnum,
    a.origin,
    a.dest,
    a.origin || '-' || a.dest as route,
    a.hour,
    a.distance,
    a.time_hour,
    a.scheduled_at,
    a.arr_delay,
    case
        when a.arr_delay is null then null
        when a.local_arrival > a.local_departure then a.local_arrival at time zone a.zone
        else (a.local_arrival + interval '1 day') at time zone a.zone
    end as landed_at
from arrived as a
{% if is_incremental() %}
-- Only what is new or was corrected.
except
select * from {{ this }}
{% endif %}
