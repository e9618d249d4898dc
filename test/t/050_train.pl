# 050_train.pl: orchard.train as the server runs it: in parallel workers, cancelled, in subtransactions
# that fail, short of memory; and what it does not read.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use OrchardTest qw($parallel run_session);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('train');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
max_parallel_workers = 4
shared_buffers = 64MB
autovacuum = off
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION orchard;
CREATE TABLE cancels (at timestamptz);
CREATE TABLE ground AS
SELECT i % 101 / 4.0::float8 AS a, (i * 7919::bigint % 100003) / 7.0::float8 AS b, nullif(i * 53 % 31, 7)::int AS d,
	'level ' || i * 7919::bigint % 30 AS c, (hashint4(i) & 7) > 2 AS yes, ((i % 101) * 3 + hashint4(i) % 40)::float8 AS y
FROM generate_series(1, 200000) AS i;
ANALYZE;
SQL

my $linear = q('y', 'linear_regression', '{"exclude": ["yes"]}');
my $logistic = q('yes', 'logistic_regression', '{"exclude": ["y"]}');

# In this script's server.
sub session
{
	return run_session($node, @_);
}

# ** A parallel plan: workers sum their own rows, or send them; the models are those of one process.
my $explain = <<'SQL';
LOAD 'auto_explain';
SET auto_explain.log_nested_statements = on;
SET auto_explain.log_analyze = on;
SET auto_explain.log_timing = off;
SET auto_explain.log_level = notice;
SET auto_explain.log_min_duration = 0;
SQL
# Of a whole table there is no plan to see: train shares the scan itself.
foreach my $case ([ 'linear', 'ground', $linear, qr/DEBUG:  training reads "ground" with [12] of [12] workers/, 1e-12 ],
	[ 'linear over a query', 'SELECT a, b, c, y, yes FROM ground WHERE d > 3', $linear, qr/Finalize Aggregate.*Workers Launched: 2.*Partial Aggregate/s, 1e-12 ],
	[ 'logistic', 'ground', $logistic, qr/Gather.*Workers Launched: 2.*Parallel Seq Scan/s, 1e-9 ])
{
	my ($title, $source, $arguments, $plan, $tolerance) = @$case;
	my ($lines, $err) = session(<<SQL);
\\set VERBOSITY default
SET max_parallel_workers_per_gather = 0;
SELECT version > 0 FROM orchard.train('one', '$source', $arguments);
$parallel
$explain
SET client_min_messages = debug1;
SELECT version > 0 FROM orchard.train('many', '$source', $arguments);
RESET client_min_messages;
SET auto_explain.log_min_duration = -1;
SELECT count(*) > 2, count(*) FILTER (WHERE NOT abs(o.estimate - m.estimate) <= $tolerance * greatest(abs(o.estimate), o.std_error)),
	count(*) FILTER (WHERE o.term IS NULL OR m.term IS NULL)
FROM orchard.coefficients(orchard.load_model('one')) AS o FULL JOIN orchard.coefficients(orchard.load_model('many')) AS m USING (term);
SQL
	like($err, $plan, "parallel $title: plan");
	is($lines->[-1], 't|0|0', "parallel $title: the same model") or diag($err);
}

# ** Columns that are not read: not fetched from TOAST either.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE documents (x float8, y float8, body text);
ALTER TABLE documents ALTER body SET STORAGE EXTERNAL;
INSERT INTO documents SELECT i, i * 2, repeat('word', 5000) FROM generate_series(1, 50) AS i;
CREATE VIEW toast AS SELECT toast_blks_read + toast_blks_hit AS blocks FROM pg_statio_user_tables WHERE relname = 'documents';
SQL
{
	my ($lines, $err) = session(<<'SQL');
SELECT FROM pg_stat_force_next_flush();
SELECT blocks FROM toast \gset
SELECT rows FROM orchard.train('one', 'documents', 'y', 'linear_regression', '{"exclude": ["body"]}');
SELECT rows FROM orchard.train('one', 'SELECT * FROM documents', 'y', 'linear_regression', '{"features": ["x"]}');
SELECT FROM pg_stat_force_next_flush();
SELECT blocks - :blocks FROM toast;
SELECT rows FROM orchard.train('one', 'SELECT x, y, left(body, 3) AS body FROM documents', 'y', 'linear_regression');
SELECT FROM pg_stat_force_next_flush();
SELECT blocks > :blocks FROM toast;
SQL
	is(join(' ', grep { length } @$lines), '50 50 0 50 t', 'an excluded column is not fetched from TOAST') or diag($err);
}

# ** Rows held out: the same in parallel, from a temporary file, and none left behind by an error.
{
	my $half = q('SELECT * FROM ground', 'y', 'linear_regression', '{"exclude": ["yes"], "validation_fraction": 0.5}');
	my $metrics = <<'SQL';
SELECT count(*), count(*) FILTER (WHERE NOT abs(one.value::float8 - many.value::float8) <= 1e-9 * abs(one.value::float8))
FROM jsonb_each_text(orchard.summary(orchard.load_model('one')) -> 'metrics') AS one
JOIN jsonb_each_text(orchard.summary(orchard.load_model('many')) -> 'metrics') AS many USING (key);
SQL
	my ($lines, $err) = session(<<SQL);
SET max_parallel_workers_per_gather = 0;
SELECT rows BETWEEN 90000 AND 110000, metrics ->> 'validation.rows' = (200000 - rows)::text FROM orchard.train('one', $half);
$parallel
SELECT rows BETWEEN 90000 AND 110000 FROM orchard.train('many', $half);
$metrics
SET max_parallel_workers_per_gather = 0;
SELECT FROM pg_stat_force_next_flush();
SELECT temp_bytes AS bytes FROM pg_stat_database WHERE datname = current_database() \\gset
SET work_mem = '64kB';
SELECT rows BETWEEN 90000 AND 110000 FROM orchard.train('many', $half);
SELECT FROM pg_stat_force_next_flush();
SELECT temp_bytes - :bytes > 1000000 FROM pg_stat_database WHERE datname = current_database();
$metrics
SELECT orchard.model_digest(orchard.load_model('one')) = orchard.model_digest(orchard.load_model('many'));
SET temp_file_limit = '100kB';
SELECT rows FROM orchard.train('many', $half);
SELECT count(*) FROM pg_ls_tmpdir();
SQL
	is(join(' ', grep { length } @$lines), 't|t t 7|0 t t 7|0 t 0', 'rows held out are the same in parallel and from a temporary file') or diag($err);
	like($err, qr/ERROR:\s+53400/, 'temp_file_limit holds for them');
}

# ** Progress.
{
	my $rows = 'SELECT i AS x, i % 7 AS y, CASE WHEN i % 1024 = 0 THEN pg_sleep(0.05)::text END IS NULL AS slept FROM generate_series(1, 60000) AS i';
	my (undef, $quiet) = session("SELECT rows FROM orchard.train('one', '$rows', 'y', 'linear_regression');");
	my (undef, $told) = session("\\set VERBOSITY default\nLOAD 'orchard';\nSET orchard.progress_interval = 1;\nSELECT rows FROM orchard.train('one', '$rows', 'y', 'linear_regression');");
	unlike($quiet, qr/NOTICE/, 'no progress by default');
	like($told, qr/NOTICE:  training has read \d+ rows in [12] seconds/, 'progress once a second');
}

# ** Cancelled twice, timed out, and then the same model as before; nothing of these is registered.
foreach my $case ([ 'linear', 'y', 'linear_regression', $linear ], [ 'logistic', 'yes', 'logistic_regression', $logistic ])
{
	my ($title, $target, $algorithm, $arguments) = @$case;
	my $endless = 'SELECT i AS a, i % 7 AS y, i % 5 > 2 AS yes FROM generate_series(1, 2000000000) AS i';
	my $long = "SELECT rows FROM orchard.train('cut', '$endless', '$target', '$algorithm')";
	my $cancelled = <<SQL;
\\! (sleep 0.3; psql -X -q -d postgres -c "INSERT INTO cancels VALUES (clock_timestamp())" -c "SELECT pg_cancel_backend(\$BACKEND)" >/dev/null) &
$long;
SELECT extract(epoch FROM clock_timestamp() - max(at)) < 2 FROM cancels;
SQL
	my ($lines, $err) = session(<<SQL);
SET max_parallel_workers_per_gather = 0;
SELECT pg_backend_pid() AS pid \\gset
\\setenv BACKEND :pid
SELECT version > 0 FROM orchard.train('one', 'ground', $arguments);
$cancelled
$cancelled
SET statement_timeout = '300ms';
$long;
RESET statement_timeout;
SELECT version > 0 FROM orchard.train('many', 'ground', $arguments);
SELECT orchard.model_digest(orchard.load_model('one')) = orchard.model_digest(orchard.load_model('many'));
SELECT count(*) FROM orchard.models WHERE name = 'cut';
SHOW synchronize_seqscans;
SQL
	is(join(' ', $err =~ /ERROR:\s+(\w{5})/g), '57014 57014 57014', "$title: cancelled, cancelled again, timed out") or diag($err);
	is(join(' ', @$lines), 't t t t t 0 on', "$title: promptly, and the same model afterwards");
}

# ** A thousand subtransactions that fail leave no memory behind.
{
	my ($lines, $err) = session(<<'SQL');
SET client_min_messages = error;
CREATE FUNCTION pg_temp.fail(times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	failed int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			PERFORM FROM orchard.train('cut', (ARRAY['SELECT nullif(a, 3) AS y, b, c, nullif(yes, true) AS yes FROM ground LIMIT 1000', 'SELECT 1 / (d - 9) AS x, y, yes FROM ground LIMIT 1000',
				'SELECT a, c, y, ''maybe''::text AS yes, oid FROM ground, pg_class LIMIT 1000'])[1 + i % 3], (ARRAY['y', 'yes'])[1 + i % 2], (ARRAY['linear_regression', 'logistic_regression'])[1 + i % 2]);
		EXCEPTION WHEN OTHERS THEN
			failed := failed + 1;
		END;
	END LOOP;
	RETURN failed;
END $$;
SET orchard.max_memory = '16MB';
SELECT pg_temp.fail(100);
SELECT sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)');
SELECT pg_temp.fail(1000);
SELECT sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)');
SQL
	my ($n, $bytes_before, $rss_before, $m, $bytes_after, $rss_after) = @$lines;
	is("$n $m", '100 1000', 'each training in a subtransaction fails as it should') or diag($err);
	cmp_ok($bytes_after - $bytes_before, '<=', 65536, 'memory contexts are flat over 1,000 failed trainings');
	cmp_ok($rss_after - $rss_before, '<=', 4096, 'resident memory too');
}

# ** orchard.max_memory holds for what cannot go to a file, such as levels, and is free again afterwards.
{
	my ($lines, $err) = session(<<SQL);
\\set VERBOSITY verbose
SET client_min_messages = error;
LOAD 'orchard';
SET orchard.max_memory = '16MB';
SELECT rows FROM orchard.train('cut', 'SELECT t.*, repeat(c, 20) || b AS long FROM ground AS t', $logistic);
SELECT rows FROM orchard.train('many', 'SELECT * FROM ground WHERE a < 10', $logistic);
SELECT rows FROM orchard.train('many', 'SELECT * FROM ground, generate_series(1, 2)', $linear);
SQL
	like($err, qr/ERROR:  53200: the training state needs more memory than orchard\.max_memory allows.*HINT:  Raise orchard\.max_memory, or use fewer columns/s, 'levels beyond orchard.max_memory are refused') or diag($err);
	my $few = $node->safe_psql('postgres', 'SELECT count(*) FROM ground WHERE a < 10');
	is(join(' ', @$lines), "$few 400000", 'and the session trains on');
}

done_testing();
