{{ config(materialized="trained_model") }}

{{ orchard.fit(
    ref("training"),
    target="late",
    options={"algorithm": "logistic_regression", "l2": 0.01, "features": ["hour", "distance", "carrier_arr_delay_avg_3h"]},
    by="origin"
) }}
