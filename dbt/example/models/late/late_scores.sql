-- Every flight with the risk that the deployed model gives it.
-- depends_on: {{ ref("late_deployment") }}
{{ orchard.score(orchard.deployed("late"), ref("examples"), name="risk") }}
