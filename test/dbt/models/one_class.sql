{{ config(materialized="view") }}

select s.*
from {{ ref("scored_again") }} as s
where s.late
