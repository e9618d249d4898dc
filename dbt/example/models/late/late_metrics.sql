-- How well the deployed model does on the flights held out, by airport.
{{ config(materialized="table") }}

with scored as (
    select s.*
    from {{ ref("late_scores") }} as s
    where s.scheduled_at >= '{{ var("holdout_from") }}'
)

{{ orchard.metrics("scored", label="late", prediction="risk", names=["roc_auc", "log_loss", "brier"], by="origin") }}
