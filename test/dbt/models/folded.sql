{{ config(materialized="view") }}

select
    t.*,
    hashtext(t.id) & 3 as fold
from {{ ref("training") }} as t
