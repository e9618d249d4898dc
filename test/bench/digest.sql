-- digest.sql: the digest of a table of n columns, as a ratio to arrays(n) over the same table.
\ir shapes.sql

-- The features alone, since the digest reads the whole row.
SELECT format('CREATE UNLOGGED TABLE %I AS SELECT %s FROM %I', name || ' alone', string_agg('c' || g, ', ' ORDER BY g), name)
FROM shapes, generate_series(1, n) AS g GROUP BY name \gexec
VACUUM ANALYZE;

SELECT measure(:rounds, array_agg(q ORDER BY q)) FROM (
	SELECT ARRAY[name || ' arrays', format('SELECT count(ARRAY[%s]) FROM %I', string_agg('c' || g, ', ' ORDER BY g), name || ' alone')]
	FROM shapes, generate_series(1, n) AS g GROUP BY name
	UNION ALL
	SELECT ARRAY[name || ' digest', format('SELECT num_nonnulls(orchard.data_digest(t)) FROM %I AS t', name || ' alone')]
	FROM shapes) AS x(q) \g /dev/null

SELECT name AS shape, round(median(name || ' digest')::numeric) AS digest_ms, round(median(name || ' arrays')::numeric) AS arrays_ms,
	round((median(name || ' digest') / median(name || ' arrays'))::numeric, 2) AS ratio, round((1.5 * slack)::numeric, 2) AS target
FROM shapes;
