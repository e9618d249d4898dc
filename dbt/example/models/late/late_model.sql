{{ config(materialized="trained_model") }}

{{ orchard.fit(
    ref("training"),
    target="late",
    options={
        "algorithm": "gradient_boosting",
        "n_estimators": var("trees", 100),
        "exclude": ["id", "scheduled_at", "time_hour", "route", "tailnum"]
    },
    max_age="30 days"
) }}
