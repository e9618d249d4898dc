-- depends_on: {{ ref("late_holdout_scores") }}: a test that fails there stops the deployment, too
{{ config(materialized="deployment") }}

{{ orchard.deploy(
    ref("late_model"),
    name="late",
    holdout=ref("holdout"),
    metric="roc_auc",
    margin=0.002
) }}
