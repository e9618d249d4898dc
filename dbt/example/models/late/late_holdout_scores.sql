{{ orchard.score(ref("late_model"), ref("holdout")) }}
