{{ config(materialized="view") }}

with few as (
    select t.*
    from {{ ref("training") }} as t
    limit 20
)

{{ orchard.score(ref("late_model"), "few", name="chance", function="probability", class="true") }}
