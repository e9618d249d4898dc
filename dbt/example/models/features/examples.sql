-- Everything known at departure, and how it came out.  Incremental, since dbt drops the views on a table
-- that it makes anew, and scores are to be had at any time.
{{ config(
    materialized="incremental",
    unique_key="id",
    on_schema_change="fail",
    indexes=[{"columns": ["id"], "unique": true}],
    post_hook="analyze {{ this }}"
) }}

select
    d.*,
    w.temp,
    w.dewp,
    w.humid,
    w.wind_speed,
    w.precip,
    w.pressure,
    w.visib,
    w.precip_avg_6h,
    w.precip_max_24h,
    w.wind_speed_max_6h,
    w.pressure - w.pressure_avg_24h as pressure_trend,
    f.arr_delay > 30 as late
from {{ ref("known_delays") }} as d
inner join {{ ref("stg_flights") }} as f on d.id = f.id
left join {{ ref("weather_history") }} as w on d.origin = w.origin and w.time_hour = d.time_hour - interval '1 hour'
where f.arr_delay is not null   -- a cancelled flight was neither late nor on time
{% if is_incremental() %}
except
select * from {{ this }}
{% endif %}
