{{ config(materialized="trained_model") }}

{{ orchard.fit(ref("training"), target="late", options={"algorithm": "logistic_regression", "features": ["distance"]}) }}
