-- Columns that tell the target almost perfectly alone are named; merely strong ones are not.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
CREATE TABLE suspects AS
SELECT i, y, (ARRAY['a', 'b', 'c'])[ceil(3 * u)] AS class, u,
       u + 0.1 * (v - 0.5) AS strong,                     -- R squared 1 / 1.01
       exp(5 * u) AS curved,
       round((1000 * u)::numeric)::int AS rounded,
       y::int + 1.08 * v AS near,                         -- ROC AUC 1 - (8 / 108)^2 / 2 = 0.9973
       CASE WHEN y THEN 100 * w END AS only_when_true,
       CASE WHEN y THEN 'cancelled ' || i % 3 ELSE 'open ' || i % 5 END AS status,
       'k' || i AS key, 'g' || i % 20 AS grp, w AS noise
FROM (SELECT i, u < 0.3 AS y, u, v, w
      FROM (SELECT i, (hashint8extended(i, 1) & 1048575) / 1048576.0::float8 AS u,
                   (hashint8extended(i, 2) & 1048575) / 1048576.0::float8 AS v,
                   (hashint8extended(i, 3) & 1048575) / 1048576.0::float8 AS w
            FROM generate_series(1, 3000) AS i) AS x) AS x;
-- The columns in the warnings, without those of identifiers and separation.
CREATE FUNCTION suspected(model orchard.model) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(substring(w FROM 'prediction is made: (.*)'), '; '), 'none')
	FROM jsonb_array_elements_text(orchard.summary(model) -> 'warnings') AS w
	WHERE w LIKE 'tells the target almost perfectly alone%'
$$;
-- Two classes: the suspects, in every algorithm that keeps its rows.
SELECT suspected(orchard.fit(s, 'y', '{"algorithm": "logistic_regression", "l2": 0.01, "exclude": ["i", "class", "u", "rounded", "curved", "strong", "key"]}')) FROM suspects AS s;
SELECT suspected(orchard.fit(s, 'y', '{"algorithm": "gradient_boosting", "n_estimators": 2, "exclude": ["i", "class", "u", "rounded", "curved", "strong", "key"]}')) FROM suspects AS s;
SELECT suspected(orchard.fit(s, 'y', '{"algorithm": "random_forest", "n_estimators": 2, "exclude": ["i", "class", "u", "rounded", "curved", "strong", "key"]}')) FROM suspects AS s;
SELECT suspected(orchard.fit(s, 'y', '{"algorithm": "decision_tree", "max_depth": 3, "exclude": ["i", "class", "u", "rounded", "curved", "strong", "key"]}')) FROM suspects AS s;
-- The area of the near column is below the bound.
SELECT orchard.roc_auc(y, near) BETWEEN 0.995 AND 0.9985 FROM suspects;
-- An identifier and columns of chance are none.
SELECT suspected(orchard.fit(s, 'y', '{"algorithm": "logistic_regression", "l2": 0.1, "features": ["key", "grp", "noise", "near"], "max_categories": 5000}')) FROM suspects AS s WHERE i <= 600;
-- More than two classes: a column has to tell them all.
SELECT suspected(orchard.fit(s, 'class', '{"n_estimators": 2, "exclude": ["i", "key"]}')) FROM suspects AS s;
-- A number, by sums: a line and the means of categories.
SELECT suspected(orchard.fit(s, 'u', '{"algorithm": "linear_regression", "exclude": ["i"], "max_categories": 10}')) FROM suspects AS s;
SELECT suspected(orchard.fit(s, 'level', '{"algorithm": "linear_regression", "exclude": ["i", "key"]}'))
FROM (SELECT s.*, length(class) + ascii(class) + 0.001 * noise AS level FROM suspects AS s) AS s;
-- And by rows: any curve.
SELECT suspected(orchard.fit(s, 'u', '{"n_estimators": 2, "exclude": ["i"]}')) FROM suspects AS s;
-- Per group; groups of fewer than 100 rows say nothing.
SELECT i % 40 < 30 AS large, min(suspected(m)), max(suspected(m)) FROM (
	SELECT min(i) AS i, orchard.fit(s, 'u', '{"algorithm": "linear_regression", "features": ["rounded", "noise"]}') AS m
	FROM suspects AS s GROUP BY CASE WHEN i % 40 < 30 THEN i % 10 ELSE i % 40 END) AS models
GROUP BY 1 ORDER BY 1;
-- The client hears of it.
RESET client_min_messages;
SELECT orchard.fit(s, 'u', '{"algorithm": "linear_regression", "features": ["rounded", "noise"]}') IS NOT NULL FROM suspects AS s;
-- train() too, and its rows may be given back before the trees grow.
SELECT t.warnings FROM orchard.train('suspects', 'suspects', 'y', 'gradient_boosting', '{"features": ["status", "noise"], "n_estimators": 2}') AS t;
-- Isolation forests have no target.
SELECT orchard.fit(s, NULL, '{"algorithm": "isolation_forest", "features": ["rounded", "noise"], "n_estimators": 2}') IS NOT NULL FROM suspects AS s;
SELECT orchard.drop_model('suspects') IS NOT NULL;
DROP TABLE suspects CASCADE;
DROP FUNCTION suspected;
