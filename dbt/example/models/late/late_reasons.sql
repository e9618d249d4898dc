-- What made the riskiest flights of those held out risky.
-- depends_on: {{ ref("late_deployment") }}
{{ config(materialized="table") }}

with riskiest as (
    select s.*
    from {{ ref("late_scores") }} as s
    where s.scheduled_at >= '{{ var("holdout_from") }}'
    order by s.risk desc
    limit 100
)

{{ orchard.explain_top(orchard.deployed("late"), "riskiest", key=["id", "risk"], k=3) }}
