# 020_scoring.pl: scoring as the server runs it: parallel workers, a backend that only scores, many
# models through the cache in little memory, models carried to another database, and the extension's
# coming and going.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('scoring');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
client_min_messages = error
max_parallel_workers = 4
CONF
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION orchard');

# 1,000 models that follow their own lines, in three shapes: a few numbers (inline), 60 levels (out of
# line), a classifier.  What they must predict is computed from coefficients(), in SQL.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE ground AS
SELECT i AS id, i % 101 / 4.0::float8 AS a, (i * 7) % 31 AS b, i % 3 = 0 AS c, 'level ' || i % 60 AS d
FROM generate_series(1, 300) AS i;
CREATE TABLE models AS
SELECT k AS id, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["k"]}') AS m
FROM (SELECT k, a, b, c, k * a + b * (k % 7) - c::int AS y FROM ground, generate_series(1, 900) AS k) AS t GROUP BY k
UNION ALL
SELECT k, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["k"]}')
FROM (SELECT k, a, b, c, d, k * a + id % 60 * 3 AS y FROM ground, generate_series(901, 950) AS k) AS t GROUP BY k
UNION ALL
SELECT k, orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "l2": 0.01, "exclude": ["k"]}')
FROM (SELECT k, a, b, c, (id * (k - 950)) % 53 < a + b AS y FROM ground, generate_series(951, 1000) AS k) AS t GROUP BY k;
ALTER TABLE models ADD PRIMARY KEY (id);
CREATE TABLE coefficients AS
SELECT id, max(estimate) FILTER (WHERE term = '(intercept)') AS intercept, max(estimate) FILTER (WHERE term = 'a') AS a,
	max(estimate) FILTER (WHERE term = 'b') AS b, max(estimate) FILTER (WHERE term = 'c = true') AS c,
	jsonb_object_agg(level, estimate) FILTER (WHERE feature = 'd') AS d
FROM models, orchard.coefficients(m) GROUP BY id;
-- 250,000 rows that name a model each, in no order.
CREATE TABLE calls AS
SELECT i AS id, 1 + ((i * 7919::bigint) % 1009 * 31 + i / 1009) % 1000 AS model, a, b, c, d
FROM generate_series(1, 250000) AS i JOIN ground AS g ON g.id = 1 + i % 300 ORDER BY i;
CREATE VIEW truth AS
SELECT r.id, r.model, CASE WHEN r.model > 950 THEN 1 / (1 + exp(-eta)) ELSE eta END AS p
FROM calls AS r JOIN coefficients AS k ON k.id = r.model,
	LATERAL (SELECT k.intercept + k.a * r.a + k.b * r.b + CASE WHEN r.c THEN k.c ELSE 0 END
		+ coalesce((k.d ->> r.d)::float8, 0) AS eta) AS e;
ANALYZE;
SQL
is($node->safe_psql('postgres', 'SELECT count(DISTINCT orchard.model_digest(m)) FROM models'), '1000', '1,000 different models');
cmp_ok($node->safe_psql('postgres', "SELECT min(pg_column_size(m)) FROM models WHERE id BETWEEN 901 AND 950"), '>', 2040,
	'some of them out of line');

# The plan reads calls in its own order and looks each model up.
my $random_order = <<'SQL';
SET max_parallel_workers_per_gather = 0;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SET work_mem = '256MB';
SQL
my $compare = <<'SQL';
SELECT count(*), count(*) FILTER (WHERE NOT abs(s.p - t.p) <= 1e-9 * greatest(1, abs(t.p)))
FROM (SELECT r.id, orchard.predict(m, r) AS p FROM calls AS r JOIN models AS m ON m.id = r.model) AS s JOIN truth AS t USING (id);
SQL
like($node->safe_psql('postgres', "$random_order EXPLAIN SELECT orchard.predict(m, r) FROM calls AS r JOIN models AS m ON m.id = r.model"),
	qr/Hash Join.*\n.*Hash Cond.*\n\s+->\s+Seq Scan on calls/, 'the join keeps the random order of the calls');
is($node->safe_psql('postgres', "$random_order $compare"), '250000|0', 'each call has the score of its own model');
is($node->safe_psql('postgres', "$random_order SET orchard.model_cache = '1MB'; $compare"),
	'250000|0', 'and so it has with the smallest cache');
is($node->safe_psql('postgres', "$random_order SELECT count(*), count(*) FILTER (WHERE orchard.predict(m, r) <> CASE WHEN model BETWEEN 901 AND 950
		THEN orchard.predict(m, a, b, c, d) ELSE orchard.predict(m, a, b, c) END) FROM calls AS r JOIN models AS m ON m.id = r.model"),
	'250000|0', 'by position as by row');

# Memory: what the backend holds after a second pass is what it holds after a third.
sub memory_is_flat
{
	my ($title, $settings, $bound) = @_;
	my $pass = 'SELECT count(orchard.predict(m, r)) FROM calls AS r JOIN models AS m ON m.id = r.model';
	my $held = "SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts";
	my $peak = <<'SQL';
CREATE FUNCTION pg_temp.site_bytes() RETURNS bigint LANGUAGE sql VOLATILE
AS $$ SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name LIKE 'orchard%' $$;
SQL
	my $within = "SELECT max(pg_temp.site_bytes()) FILTER (WHERE n % 10000 = 9999) FROM (SELECT row_number() OVER () AS n, "
	  . "orchard.predict(m, r) AS p FROM calls AS r JOIN models AS m ON m.id = r.model) AS s WHERE p IS NOT NULL";
	my $rss = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)')};
	my $out = $node->safe_psql('postgres', "$random_order $settings $peak $pass; $pass; $held; $rss; $within; $pass; $held; $rss;");
	my ($first, $second, $held_before, $rss_before, $inside, $third, $held_after, $rss_after) = split /\n/, $out;
	is("$first $second $third", '250000 250000 250000', "$title: three passes");
	cmp_ok($held_after - $held_before, '<=', 65536, "$title: memory contexts are flat");
	cmp_ok($rss_after - $rss_before, '<=', 4096, "$title: resident memory is flat");
	cmp_ok($inside, '<=', $bound, "$title: within a statement it stays in bounds") or diag("$inside bytes");
}
memory_is_flat('all in the cache', '', 64 * 1024 * 1024);
memory_is_flat('smallest cache', "SET orchard.model_cache = '1MB';", 6 * 1024 * 1024);

# Parallel query.
my $parallel = <<'SQL';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SQL
my $sums = 'SELECT r.model, count(*) AS n, array_agg(orchard.predict(m, r) ORDER BY r.id) AS p FROM calls AS r JOIN models AS m ON m.id = r.model GROUP BY 1';
my $filter = 'SELECT count(*) FROM calls AS r JOIN models AS m ON m.id = r.model WHERE orchard.predict(m, r) > 100';
my $plan = $node->safe_psql('postgres', "$parallel EXPLAIN (ANALYZE, COSTS OFF, VERBOSE) $filter");
like($plan, qr/Workers Launched: 2/, 'scoring runs in parallel workers');
like($plan, qr/Partial Aggregate.*orchard\.predict/s, 'below the partial aggregate');
is($node->safe_psql('postgres', "$parallel $filter"), $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $filter"),
	'with the same rows');
is($node->safe_psql('postgres', <<SQL), '250000|0', 'and the same bits');
CREATE TABLE serial AS SELECT r.id, orchard.predict(m, r) AS p FROM calls AS r JOIN models AS m ON m.id = r.model;
$parallel
SET parallel_leader_participation = off;
CREATE TABLE workers AS SELECT r.id, orchard.predict(m, r) AS p FROM calls AS r JOIN models AS m ON m.id = r.model;
SELECT count(*), count(*) FILTER (WHERE s.p <> w.p) FROM serial AS s JOIN workers AS w USING (id);
SQL

# A backend that only scores: one thread, no BLAS.
my $self = $node->safe_psql('postgres', <<'SQL');
SELECT count(orchard.predict(m, r)) FROM calls AS r JOIN models AS m ON m.id = r.model WHERE r.id <= 1000;
SELECT count(orchard.predict_proba(m, g)) FROM models AS m, ground AS g WHERE m.id > 990;
SELECT count(*) FROM pg_ls_dir('/proc/self/task');
SELECT count(*) FILTER (WHERE line LIKE '%orchard%') > 0, count(*) FILTER (WHERE line ~* 'blas|lapack|atlas|mkl|gomp|libomp')
FROM regexp_split_to_table(pg_read_file('/proc/self/maps'), '\n') AS line;
SQL
is($self, "1000\n3000\n1\nt|0", 'a backend that only scores runs one thread and has no BLAS');

# Models are values: they travel by COPY BINARY and by pg_dump.
my $file = $node->data_dir . '/models.copy';
$node->safe_psql('postgres', "COPY models TO '$file' WITH (FORMAT binary)");
$node->safe_psql('postgres', 'CREATE DATABASE copied');
$node->safe_psql('copied', "CREATE EXTENSION orchard; CREATE TABLE models (id int PRIMARY KEY, m orchard.model); COPY models FROM '$file' WITH (FORMAT binary)");
my $digests = 'SELECT md5(string_agg(orchard.model_digest(m), $$,$$ ORDER BY id)) FROM models';
my $bytes = 'SELECT md5(string_agg(md5(orchard.model_send(m)), $$,$$ ORDER BY id)) FROM models';
my $scores = q{SELECT md5(string_agg(orchard.predict(m, r)::text, ',' ORDER BY m.id)) FROM models AS m,
	(SELECT 3.7::float8 AS a, 11 AS b, true AS c, 'level 33' AS d) AS r};
is($node->safe_psql('copied', $digests), $node->safe_psql('postgres', $digests), 'COPY BINARY keeps the digests');
is($node->safe_psql('copied', $bytes), $node->safe_psql('postgres', $bytes), 'and the bytes');
is($node->safe_psql('copied', $scores), $node->safe_psql('postgres', $scores), 'and the scores');
unlink $file;

my $constant = $node->safe_psql('postgres', 'SELECT m FROM models WHERE id = 7');
$node->safe_psql('copied', <<SQL);
CREATE TABLE kept (a float8, b int, c boolean, p float8 GENERATED ALWAYS AS (orchard.predict('$constant'::orchard.model, a, b, c)) STORED);
INSERT INTO kept VALUES (1, 2, true), (3.5, 0, false), (NULL, 5, NULL);
CREATE INDEX by_score ON kept (orchard.predict('$constant'::orchard.model, a, b, c));
CREATE VIEW scored AS SELECT k.a, k.b, k.c, orchard.predict(m, k) AS p FROM kept AS k, models WHERE id = 7;
CREATE MATERIALIZED VIEW held AS SELECT * FROM scored;
SQL
for my $format ('plain', 'custom')
{
	my $dump = "$PostgreSQL::Test::Utils::tmp_check/copied.$format";
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	$node->command_ok([ 'pg_dump', "--format=$format", '--file', $dump, $node->connstr('copied') ], "dump, $format");
	$node->command_ok(
		$format eq 'plain'
		? [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-f', $dump, $node->connstr("restored_$format") ]
		: [ 'pg_restore', '--exit-on-error', '--dbname', $node->connstr("restored_$format"), $dump ],
		'restore');
	is($node->safe_psql("restored_$format", $_), $node->safe_psql('copied', $_), 'the same ' . substr($_, 0, 60))
	  for $digests, $bytes, $scores, 'SELECT * FROM kept ORDER BY p', 'SELECT * FROM scored ORDER BY p', 'SELECT * FROM held ORDER BY p';
}

# A crash keeps them.
$node->stop('immediate');
$node->start;
is($node->safe_psql('copied', $bytes), $node->safe_psql('postgres', $bytes), 'models survive a crash');

# A schema of that name made before the extension, by whomever, is not adopted, whatever is in it.
$node->safe_psql('postgres', 'CREATE ROLE keeper LOGIN; CREATE DATABASE garden OWNER keeper; CREATE ROLE guest LOGIN');
my @keeper = (extra_params => [ '-U', 'keeper' ]);
$node->safe_psql('garden', 'CREATE SCHEMA orchard; CREATE TYPE orchard.model AS (trap int); CREATE TABLE orchard.mine (x int)', @keeper);
for my $who ('keeper', 'postgres')
{
	my ($status, $out, $err) = $node->psql('garden', 'CREATE EXTENSION orchard', extra_params => [ '-U', $who ]);
	is($status, 3, "CREATE EXTENSION by $who refuses");
	like($err, qr/ERROR:  schema "orchard" already exists/, 'and says why');
	($status, $out, $err) = $node->psql('garden', 'CREATE EXTENSION orchard SCHEMA orchard', extra_params => [ '-U', $who ]);
	is($status, 3, 'also when that schema is asked for');
	($status, $out, $err) = $node->psql('garden', 'CREATE EXTENSION orchard SCHEMA public', extra_params => [ '-U', $who ]);
	is($status, 3, 'or another one');
}
is($node->safe_psql('garden', "SELECT count(*) FROM pg_extension WHERE extname = 'orchard'"), '0', 'nothing half made');
is($node->safe_psql('garden', 'SELECT count(*) FROM orchard.mine', @keeper), '0', 'and what was there is untouched');

# Without it, the owner of the database creates the extension, everybody uses it, and it goes without a trace.
$node->safe_psql('garden', 'DROP SCHEMA orchard CASCADE', @keeper);
my $inventory = join ' UNION ALL ', map { "SELECT count(*) FROM $_" }
  "(SELECT FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp') AS n", qw(pg_proc pg_type pg_class pg_operator pg_opclass pg_opfamily pg_amop pg_amproc pg_cast pg_aggregate
  pg_depend pg_shdepend pg_description pg_init_privs pg_extension);
my $before = $node->safe_psql('garden', $inventory);
my ($status, $out, $err) = $node->psql('garden', 'CREATE EXTENSION orchard', extra_params => [ '-U', 'guest' ]);
like($err, qr/permission denied to create extension "orchard"/, 'a guest may not create it');
$node->safe_psql('garden', 'CREATE EXTENSION orchard', @keeper);
is($node->safe_psql('garden', <<'SQL', extra_params => [ '-U', 'guest' ]), 't', 'a guest trains and scores');
CREATE TEMP TABLE t AS SELECT i AS x, 2 * i + 1 AS y FROM generate_series(1, 10) AS i;
SELECT abs(orchard.predict((SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM t), 20) - 41) <= 1e-9;
SQL
($status, $out, $err) = $node->psql('garden', 'CREATE TABLE orchard.mine (x int)', extra_params => [ '-U', 'guest' ]);
like($err, qr/permission denied for schema orchard/, 'but adds nothing to the schema');
$node->safe_psql('garden', 'CREATE TABLE dependent (m orchard.model)', @keeper);
($status, $out, $err) = $node->psql('garden', 'DROP EXTENSION orchard', @keeper);
like($err, qr/cannot drop extension orchard because other objects depend on it/, 'a table of models holds it');
$node->safe_psql('garden', 'DROP TABLE dependent; DROP EXTENSION orchard', @keeper);
is($node->safe_psql('garden', $inventory), $before, 'dropped, it leaves nothing behind');
$node->safe_psql('garden', 'CREATE EXTENSION orchard; DROP EXTENSION orchard; CREATE EXTENSION orchard', @keeper);
is($node->safe_psql('garden', 'SELECT orchard.predict(NULL, 1) IS NULL', @keeper), 't', 'and can come back in one session');

$node->stop;
done_testing();
