{{ config(materialized="view") }}

select
    h.id,
    case when h.id < 'B' then 'ZZ' else h.carrier end as carrier,
    null::int as seats,
    h.hour::text as hour
from {{ ref("holdout") }} as h
