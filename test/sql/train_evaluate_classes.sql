-- Models of more than two classes, held against labels.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS orchard;
CREATE TABLE plots AS
SELECT i, i * 37 % 101 / 10.0::float8 AS x, i * 53 % 97 / 10.0::float8 AS y, 1 + i % 3 AS w, i % 4 = 0 AS test,
	('{ash,elm,oak,yew}'::text[])[1 + (i * 37 % 101 / 26 + (i * 7919 % 13 = 0)::int) % 4] AS kind
FROM generate_series(1, 2000) AS i;
\set hold_out '{"features": ["x", "y"], "validation": "test", "n_estimators": 20}'
CREATE TABLE found (test text, metric text, value float8);
INSERT INTO found SELECT 'plain', m.key, m.value::float8 FROM orchard.train('kinds', 'plots', 'kind', 'gradient_boosting', :'hold_out'), jsonb_each_text(metrics) AS m WHERE m.key LIKE 'validation.%';
SELECT metric, value BETWEEN 0 AND 500 AS is_number FROM found ORDER BY 1;

-- The same by hand, from the probabilities of the rows; the areas by roc_auc of each class against the rest.
CREATE FUNCTION by_hand(rows regclass, weighted boolean) RETURNS TABLE (metric text, value float8) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
	WITH scored AS MATERIALIZED (
		SELECT kind, orchard.predict_class('kinds', p) AS predicted, orchard.predict_proba('kinds', p) AS proba, CASE WHEN %L THEN w ELSE 1 END::float8 AS v FROM %s AS p),
	by_class AS (
		SELECT c.kind, sum(v) FILTER (WHERE s.kind = c.kind) AS n, orchard.roc_auc(s.kind = c.kind, proba[c.i], v) AS auc,
			2 * coalesce(sum(v) FILTER (WHERE s.kind = c.kind AND predicted = c.kind), 0) / sum(v * ((s.kind = c.kind)::int + (predicted = c.kind)::int)) AS f1
		FROM scored AS s, unnest(orchard.classes(orchard.load_model('kinds'))) WITH ORDINALITY AS c (kind, i) GROUP BY 1)
	SELECT 'accuracy', sum(v * (kind = predicted)::int) / sum(v) FROM scored
	UNION ALL SELECT 'log_loss', sum(v * -ln(proba[array_position(orchard.classes(orchard.load_model('kinds')), kind)])) / sum(v) FROM scored
	UNION ALL SELECT 'roc_auc_ovr', avg(auc) FROM by_class
	UNION ALL SELECT 'f1_macro', avg(f1) FROM by_class
	UNION ALL SELECT 'f1_weighted', sum(f1 * n) / sum(n) FROM by_class
	UNION ALL SELECT 'rows', count(*) FROM scored $q$, weighted, rows);
END $$;
CREATE VIEW tested AS SELECT * FROM plots WHERE test;
SELECT h.metric, abs(h.value - f.value) <= 1e-12 AS same FROM by_hand('tested', false) AS h LEFT JOIN found AS f ON f.metric = 'validation.' || h.metric ORDER BY 1;
SELECT h.metric, abs(h.value - e.value) <= 1e-12 AS same FROM by_hand('tested', true) AS h LEFT JOIN orchard.evaluate('kinds', 'tested', 'w') AS e USING (metric) ORDER BY 1;
SELECT e.metric, e.value = f.value AS same FROM orchard.evaluate(orchard.load_model('kinds'), 'tested') AS e JOIN found AS f ON f.metric = 'validation.' || e.metric ORDER BY 1;
-- Of two classes the k-class coefficient is Matthews'.
SELECT abs(e.value - m.mcc) <= 1e-12 AS mcc FROM orchard.evaluate('kinds', 'SELECT * FROM plots WHERE kind IN (''ash'', ''yew'') AND orchard.predict_class(''kinds'', plots) IN (''ash'', ''yew'')') AS e,
	(SELECT orchard.mcc(kind = 'ash', orchard.predict_class('kinds', p) = 'ash') FROM plots AS p WHERE kind IN ('ash', 'yew') AND orchard.predict_class('kinds', p) IN ('ash', 'yew')) AS m WHERE e.metric = 'mcc';

-- The table of classes is what counting gives.
SELECT count(*) AS cells, sum(c.rows) AS rows, count(*) FILTER (WHERE c.rows <> (SELECT count(*) FROM tested AS p WHERE p.kind = c.actual AND orchard.predict_class('kinds', p) = c.predicted)) AS different
FROM orchard.confusion_matrix('kinds', 'tested') AS c;
SELECT count(*) FILTER (WHERE c.rows <> (SELECT coalesce(sum(w), 0) FROM tested AS p WHERE p.kind = c.actual AND orchard.predict_class('kinds', p) = c.predicted)) AS different
FROM orchard.confusion_matrix('kinds', 'tested', 'w') AS c;

-- Classes of a numeric target; forests; a class that the rows lack, and one alone.
SELECT rows FROM orchard.train('numbered', 'SELECT x, y, i % 3 AS c, test FROM plots', 'c', 'random_forest', '{"validation": "test", "n_estimators": 10, "objective": "gini"}');
SELECT count(*) AS metrics, count(value) AS defined FROM orchard.evaluate('numbered', 'SELECT x, y, i % 3 AS c FROM plots');
SELECT e.metric, e.value IS NULL AS undefined FROM orchard.evaluate('kinds', 'SELECT * FROM plots WHERE kind = ''oak''') AS e ORDER BY 1;
SELECT abs(e.value - (SELECT avg(a) FROM (SELECT orchard.roc_auc(p.kind = k, orchard.probability('kinds', k, p)) AS a FROM plots AS p, unnest('{ash,elm,yew}'::text[]) AS k WHERE p.kind <> 'oak' GROUP BY k) AS q)) <= 1e-12 AS without_oak
FROM orchard.evaluate('kinds', 'SELECT * FROM plots WHERE kind <> ''oak''') AS e WHERE e.metric = 'roc_auc_ovr';

-- Boosting stops where the loss of the rows held out does not fall any more, and keeps the trees of its least.
-- The curve's losses are sums of rounded ones, to about 1e-9.
SELECT rows, (metrics ->> 'validation.log_loss')::float8 AS loss FROM orchard.train('early', 'plots', 'kind', 'gradient_boosting', '{"features": ["x", "y"], "validation": "test", "n_estimators": 300, "early_stopping_rounds": 5}') \gset
SELECT max(iteration) BETWEEN 10 AND 200 AS stopped, abs(min(validation) - :loss) <= 1e-8 AS same_loss,
	(array_agg(iteration ORDER BY validation))[1] = max(iteration) - 5 AS patient,
	(array_agg(iteration ORDER BY validation))[1] * 4 = (SELECT max(tree) FROM orchard.trees(orchard.load_model('early'))) AS keeps_the_best
FROM orchard.learning_curve(orchard.load_model('early'));

-- What is refused.
SELECT * FROM orchard.threshold_table('kinds', 'plots');
SELECT * FROM orchard.evaluate('kinds', 'SELECT x, y, ''box'' AS kind FROM plots');
SELECT count(*) FROM orchard.train('wide', 'SELECT x, y, ''class '' || i % 40 AS c FROM plots', 'c', 'decision_tree', '{"max_depth": 3}');
SELECT * FROM orchard.evaluate('wide', 'SELECT x, y, ''box'' AS c FROM plots');

SELECT count(orchard.drop_model(owner || '.' || name)) FROM orchard.models;
DROP VIEW tested;
DROP TABLE plots, found;
DROP FUNCTION by_hand(regclass, boolean);
