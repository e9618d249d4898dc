{{ config(materialized="view") }}

{{ orchard.score(ref("late_model"), ref("holdout")) }}
