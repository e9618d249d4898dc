# 030_training.pl: training as the server runs it: cancelled in every phase, short of memory, in parallel
# workers, in many groups, in subtransactions that fail; and nothing is left behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use OrchardTest qw($parallel run_session);
use Test::More;
use Time::HiRes qw(time);

my $node = PostgreSQL::Test::Cluster->new('training');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
client_min_messages = error
max_parallel_workers = 4
shared_buffers = 64MB
autovacuum = off
CONF
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION orchard;
CREATE TABLE cancels (at timestamptz);
CREATE TABLE ground AS
SELECT i AS id, i % 101 / 4.0::float8 AS a, (i * 7919::bigint % 100003) / 7.0::float8 AS b, (i * 53 % 31)::int AS d,
	'level ' || i * 7919::bigint % 3000 AS c, (hashint4(i) & 7) > 2 AS yes, ((i % 101) * 3 + hashint4(i) % 40)::float8 AS y
FROM generate_series(1, 200000) AS i;
CREATE VIEW numbers AS SELECT a, b, d, yes, y FROM ground;
ANALYZE;
SQL
$node->safe_psql('postgres', 'CREATE TABLE wide AS SELECT i % 7 AS y, '
	  . join(', ', map { "(i * " . (2 * $_ + 1) . " % 97) / 8.0::float8 AS c$_" } 1 .. 900)
	  . ' FROM generate_series(1, 80) AS i');

my $linear = q('{"algorithm": "linear_regression", "exclude": ["yes"]}');
my $logistic = q('{"algorithm": "logistic_regression", "exclude": ["y"]}');
my $bytes = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';
my $rss = q{SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)')};

# In this script's server.
sub session
{
	return run_session($node, @_);
}

# ** A fit is cancelled twice, promptly, and then gives the model that it gave before.
sub survives_cancel
{
	my ($title, $delay, $long, $fit) = @_;
	my $cancelled = <<SQL;
\\! (sleep $delay; psql -X -q -d postgres -c "INSERT INTO cancels VALUES (clock_timestamp())" -c "SELECT pg_cancel_backend(\$BACKEND)" >/dev/null) &
$long;
SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM cancels;
SQL
	my ($lines, $err) = session(<<SQL);
SELECT pg_backend_pid() AS pid \\gset
\\setenv BACKEND :pid
SELECT orchard.model_digest(m) FROM ($fit) AS f (m);
$cancelled
$cancelled
SET statement_timeout = '${\($delay * 1000)}ms';
SELECT clock_timestamp() AS started \\gset
$long;
SELECT extract(epoch FROM clock_timestamp() - :'started') - $delay;
RESET statement_timeout;
SELECT orchard.model_digest(m) FROM ($fit) AS f (m);
SQL
	my ($before, $first, $second, $timeout, $after) = @$lines;
	my $codes = join(' ', $err =~ /ERROR:\s+(\w{5})/g);
	is($codes, '57014 57014 57014', "$title: cancelled, cancelled again, timed out") or diag($err);
	is(scalar(grep { defined && $_ < 2 } $first, $second, $timeout), 3, "$title: each within 2 seconds")
	  or diag(join(' ', @$lines));
	note("$title: latencies $first $second $timeout");
	like($before // '', qr/^[0-9a-f]{32,}$/, "$title: there is a model");
	is($after, $before, "$title: the same model afterwards");
}

my $endless = 'FROM (SELECT i AS a, i % 7 AS y, i % 5 > 2 AS yes FROM generate_series(1, 2000000000) AS i) AS t';
survives_cancel('linear, while rows arrive', 0.3, "SELECT orchard.fit(t, 'y', $linear) $endless",
	"SELECT orchard.fit(t, 'y', $linear) FROM numbers AS t");
survives_cancel('logistic, while rows arrive', 0.3, "SELECT orchard.fit(t, 'yes', $logistic) $endless",
	"SELECT orchard.fit(t, 'yes', $logistic) FROM numbers AS t");
survives_cancel('linear, solving 901 collinear columns', 0.2, "SELECT orchard.fit(t, 'y', '{\"algorithm\": \"linear_regression\"}') FROM wide AS t",
	"SELECT orchard.fit(t, 'y', '{\"algorithm\": \"linear_regression\"}') FROM wide AS t");
my $levels = q("max_categories": 3000);
survives_cancel('linear, solving 3,000 levels', 0.5, "SELECT orchard.fit(t, 'y', '{\"algorithm\": \"linear_regression\", $levels}') FROM ground AS t",
	"SELECT orchard.fit(t, 'y', '{\"algorithm\": \"linear_regression\", $levels, \"features\": [\"a\", \"b\"]}') FROM ground AS t");
survives_cancel('logistic, solving 3,000 levels', 0.5, "SELECT orchard.fit(t, 'yes', '{\"algorithm\": \"logistic_regression\", $levels, \"exclude\": [\"y\"]}') FROM ground AS t",
	"SELECT orchard.fit(t, 'yes', '{\"algorithm\": \"logistic_regression\", $levels, \"features\": [\"a\", \"b\"]}') FROM ground AS t");
# 300 classes x 100 levels: steps without a Hessian; 8 x 280: with one.
foreach my $case ([ 'without a Hessian', 300, 100 ], [ 'with a Hessian', 8, 280 ])
{
	my ($title, $classes, $levels_kept) = @$case;
	my $rows = "(SELECT a, b, left(c, 9) AS c, 'class ' || id % $classes AS k FROM ground) AS t";
	my $many = qq('{"algorithm": "logistic_regression", "max_categories": $levels_kept}');
	survives_cancel("multinomial, solving $title", 0.4, "SELECT orchard.fit(t, 'k', $many) FROM $rows",
		"SELECT orchard.fit(t, 'k', '{\"algorithm\": \"logistic_regression\", \"features\": [\"a\"]}') FROM (SELECT a, 'class ' || id % 5 AS k FROM ground ORDER BY id) AS t");
}

# ** What was cancelled leaves nothing: contexts, resident memory, and the account behind orchard.max_memory.
{
	my $aborted = join('', map {
			"SELECT orchard.fit(t, 'y', $linear) $endless; SELECT orchard.fit(t, 'yes', $logistic) $endless;\n"
			  . "SELECT orchard.fit(t, 'y', '{\"algorithm\": \"linear_regression\"}') FROM wide AS t;\n" } 1 .. 6);
	my ($lines, $err) = session(<<SQL);
SET statement_timeout = '100ms';
$aborted
RESET statement_timeout;
$bytes;
$rss;
SET statement_timeout = '100ms';
$aborted
RESET statement_timeout;
$bytes;
$rss;
SQL
	my ($bytes_before, $rss_before, $bytes_after, $rss_after) = @$lines;
	is(scalar(() = $err =~ /57014/g), 36, '36 fits aborted');
	cmp_ok($bytes_after - $bytes_before, '<=', 16384, 'memory contexts are flat over aborted fits');
	cmp_ok($rss_after - $rss_before, '<=', 4096, 'resident memory is flat over aborted fits');
}

# ** orchard.max_memory, at its minimum.
{
	my ($lines, $err) = session(<<SQL);
\\set VERBOSITY verbose
LOAD 'orchard';
SET orchard.max_memory = '15MB';
SET orchard.max_memory = '16MB';
SELECT orchard.fit(t, 'yes', $logistic) FROM (SELECT *, a + 1 AS a1, a + 2 AS a2, a + 3 AS a3, a + 4 AS a4, a + 5 AS a5, a + 6 AS a6 FROM numbers) AS t;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", "max_categories": 1000000}') FROM ground AS t;
SELECT orchard.summary(orchard.fit(t, 'yes', $logistic)) -> 'rows' FROM numbers AS t WHERE a < 10;
SELECT orchard.summary(orchard.fit(t, 'y', $linear)) -> 'rows' FROM numbers AS t;
SET orchard.max_memory = '1GB';
SELECT orchard.summary(orchard.fit(t, 'yes', $logistic)) -> 'rows' FROM numbers AS t;
SQL
	like($err, qr/22023: 15360 kB is outside the valid range for parameter "orchard.max_memory" \(16384 /, '15 MB is not enough');
	my @refused = $err =~ /(ERROR:  53200: \S.* needs more memory than orchard\.max_memory allows\nDETAIL:  The limit is 16384 kB, the live states of this session hold \d+ kB, and \d+ kB more were wanted\.\nHINT:  Raise orchard\.max_memory,)/g;
	is(scalar(@refused), 2, 'rows and a solution beyond 16 MB are refused with a hint') or diag($err);
	my ($rows) = $node->safe_psql('postgres', 'SELECT count(*) FROM numbers WHERE a < 10');
	is(join(' ', @$lines), "$rows 200000 200000", 'and the session works, smaller or with more memory');
}

# ** The system refuses memory: an error, and the backend lives.
{
	my $limit = '$(( ($(sed -n "s/^VmSize:[^0-9]*\([0-9]*\).*/\1/p" /proc/$BACKEND/status) + 40960) * 1024 ))';
	my ($lines, $err) = session(<<SQL);
\\set VERBOSITY verbose
SELECT orchard.summary(orchard.fit(t, 'yes', $logistic)) -> 'rows' FROM numbers AS t WHERE a < 1;
SELECT pg_backend_pid() AS pid \\gset
\\setenv BACKEND :pid
\\! prlimit --pid=\$BACKEND --as=$limit:
SELECT orchard.fit(t, 'yes', $logistic) FROM numbers AS t, generate_series(1, 20);
SELECT orchard.fit(t, 'yes', $logistic) FROM numbers AS t, generate_series(1, 20);
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression", $levels}') FROM ground AS t;
SELECT orchard.summary(orchard.fit(t, 'y', $linear)) -> 'rows' FROM numbers AS t;
SELECT orchard.summary(orchard.fit(t, 'yes', $logistic)) -> 'rows' FROM numbers AS t WHERE a < 10;
SELECT pg_backend_pid() = :pid;
SQL
	my @refused = $err =~ /(ERROR:  53200: out of memory\n)/g;
	is(scalar(@refused), 3, 'three fits beyond the memory of the process are out of memory') or diag($err);
	like($err, qr/DETAIL:  The system refused memory for /, 'and it says what for');
	unlike($err, qr/max_memory/, 'and the setting is not blamed');
	my ($few, $all) = map { $node->safe_psql('postgres', "SELECT count(*) FROM numbers WHERE a < $_") } 1, 10;
	is(join(' ', @$lines), "$few 200000 $all t", 'and the same backend trains within its memory');
}

# ** A state beyond what a value may hold.
{
	my ($lines, $err) = session(<<'SQL');
\set VERBOSITY verbose
SET orchard.max_memory = '4GB';
SELECT orchard.fit_state(t, 'y', '{"algorithm": "linear_regression"}') FROM (SELECT array_agg(i::float8) AS x, 1.0::float8 AS y FROM generate_series(1, 8300) AS i) AS t, generate_series(1, 300);
SELECT 'alive';
SQL
	like($err, qr/ERROR:  54000: the training state is too large to be a value\nDETAIL:  It may have 512 MB\.\nHINT:  .*orchard\.train/, 'a state of more than 512 MB is no value') or diag($err);
	is(join(' ', @$lines), 'alive', 'and the session goes on');
}

# ** A thousand subtransactions that fail.
{
	my ($lines, $err) = session(<<'SQL');
CREATE FUNCTION pg_temp.fail(times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	failed int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		BEGIN
			IF i % 2 = 0 THEN
				PERFORM orchard.fit(t, 'y', '{"algorithm": "linear_regression", "exclude": ["yes"]}')
				FROM (SELECT CASE WHEN id < 1000 THEN a ELSE 'NaN' END AS a, b, c, d, yes, y FROM ground WHERE id <= 1000) AS t;
			ELSE
				PERFORM orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "exclude": ["y"], "positive_class": "maybe"}')
				FROM (SELECT a, b, c, d, yes, y FROM ground WHERE id <= 1000) AS t;
			END IF;
		EXCEPTION WHEN invalid_parameter_value THEN
			failed := failed + 1;
		END;
	END LOOP;
	RETURN failed;
END $$;
CREATE INDEX ON ground (id);
SET orchard.max_memory = '16MB';
SELECT pg_temp.fail(100);
SELECT sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)');
SELECT pg_temp.fail(1000);
SELECT sum(total_bytes) FROM pg_backend_memory_contexts;
SELECT substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\s+(\d+)');
SQL
	my ($n, $bytes_before, $rss_before, $m, $bytes_after, $rss_after) = @$lines;
	is("$n $m", '100 1000', 'each fit in a subtransaction fails as it should') or diag($err);
	cmp_ok($bytes_after - $bytes_before, '<=', 16384, 'memory contexts are flat over 1,000 failed subtransactions');
	cmp_ok($rss_after - $rss_before, '<=', 4096, 'resident memory too');
}

# ** Parallel plans.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE parts (LIKE ground) PARTITION BY LIST (d);
CREATE TABLE parts_1 (y float8, gone int, yes boolean, c text, id int, d int, b float8, a float8);
ALTER TABLE parts_1 DROP gone;
ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES IN (0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES IN (10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
CREATE TABLE parts_3 PARTITION OF parts DEFAULT;
INSERT INTO parts SELECT * FROM ground;
ANALYZE parts;
SQL

# The same model as one process makes, to a relative tolerance, from a plan that has what it should.
sub same_in_parallel
{
	my ($title, $settings, $plan_has, $from, $target, $options, $tolerance, $group) = @_;
	my $fit = "SELECT " . ($group // '0') . " AS k, orchard.fit(t, '$target', '$options') AS m FROM $from AS t" . ($group ? " GROUP BY 1" : '');
	my $plan = $node->safe_psql('postgres', "$parallel $settings EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $fit");
	like($plan, $plan_has, "$title: plan") or diag($plan);
	my $result = $node->safe_psql('postgres', <<SQL);
SET max_parallel_workers_per_gather = 0;
CREATE TEMP TABLE one AS SELECT k, c.term, c.estimate, c.std_error FROM ($fit) AS f, orchard.coefficients(m) AS c;
RESET max_parallel_workers_per_gather;
$parallel $settings
CREATE TEMP TABLE two AS $fit;
SELECT count(*) > 2, count(*) FILTER (WHERE NOT abs(one.estimate - c.estimate) <= $tolerance * greatest(abs(one.estimate), one.std_error)),
	count(*) FILTER (WHERE one.term IS NULL OR c.term IS NULL)
FROM (SELECT k, c.* FROM two, orchard.coefficients(m) AS c) AS c FULL JOIN one USING (k, term);
SQL
	is($result, 't|0|0', "$title: the same model");
}
my $workers = qr/Partial Aggregate.*Workers Launched: 2|Workers Launched: 2.*Partial (?:Hash|Group)?Aggregate/s;
my $lin = '{"algorithm": "linear_regression", "exclude": ["yes"]}';
my $log = '{"algorithm": "logistic_regression", "exclude": ["y"]}';
same_in_parallel('parallel linear', '', $workers, '(SELECT a, b, d, id % 7 AS e, c, yes, y FROM ground)', 'y', $lin =~ s/"yes"/"yes", "c"/r, 1e-12);
same_in_parallel('parallel linear, levels', '', $workers, '(SELECT a, b, d, left(c, 8) AS c, yes, y FROM ground)', 'y', $lin, 1e-12);
same_in_parallel('parallel linear, NULLs', '', $workers, '(SELECT nullif(a, 3) AS a, b, nullif(d, 5) AS d, left(c, 8) AS c, yes, y FROM ground)', 'y', $lin, 1e-12);
same_in_parallel('parallel logistic', '', $workers, '(SELECT a, b, d, left(c, 7) AS c, yes, y FROM ground)', 'yes', $log, 1e-9);
same_in_parallel('parallel groups', "SET work_mem = '64MB';", $workers, 'ground', 'y', '{"algorithm": "linear_regression", "features": ["a", "b"]}', 1e-12, 'd');
same_in_parallel('partitionwise', "SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0; SET work_mem = '64MB';",
	qr/Append.*HashAggregate.*HashAggregate.*HashAggregate/s, 'parts', 'y', '{"algorithm": "linear_regression", "features": ["a", "b", "yes"]}', 1e-12, 'd');
same_in_parallel('partitionwise, partial', "SET enable_partitionwise_aggregate = on; SET max_parallel_workers_per_gather = 0; SET work_mem = '64MB';",
	qr/Finalize.*Append.*Partial HashAggregate.*Partial HashAggregate/s, 'parts', 'y', '{"algorithm": "linear_regression", "features": ["b", "d"]}', 1e-12, 'a');
same_in_parallel('partitionwise in workers', 'SET enable_partitionwise_aggregate = on;',
	qr/Workers Launched: 2.*Parallel Append.*Partial Aggregate/s, 'parts', 'yes', $log =~ s/"y"/"y", "id", "c"/r, 1e-9);

# Workers that see rows of other types or lengths say so.
my (undef, $mixed) = session(<<SQL);
$parallel
CREATE TABLE lengths AS SELECT array_fill(1.0::float8 * i, ARRAY[CASE WHEN i < 100000 THEN 2 ELSE 3 END]) AS v, i AS y FROM generate_series(1, 200000) AS i;
SELECT orchard.fit(t, 'y', '{"algorithm": "linear_regression"}') FROM lengths AS t;
SQL
like($mixed, qr/^(psql:\S+ )?ERROR:\s+(2202E|42804)$/m, 'arrays of different lengths in different workers');

# ** Many groups in one HashAggregate: time linear, memory bounded, the right lines.
$node->safe_psql('postgres', <<'SQL');
CREATE TABLE grouped AS
SELECT g, (i * 7 + g % 5)::float8 AS x, ((i * i + g) % 11)::float8 AS y
FROM generate_series(1, 100000) AS g, generate_series(1, 6) AS i ORDER BY i, hashint4(g);
ANALYZE grouped;
SQL
my $per_group = q(SELECT g, orchard.fit(t, 'y', '{"algorithm": "linear_regression", "features": ["x"]}') AS m, regr_slope(y, x) AS slope, regr_intercept(y, x) AS intercept FROM grouped AS t);
my $check = q(count(*), count(*) FILTER (WHERE NOT abs(orchard.predict(m, 3.0) - (intercept + slope * 3)) <= 1e-11 * greatest(1, abs(intercept))));
sub seconds_for
{
	my ($groups) = @_;
	my ($plan) = $node->safe_psql('postgres', <<SQL);
SET max_parallel_workers_per_gather = 0;
SET work_mem = '2GB';
EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $per_group WHERE g <= $groups GROUP BY g;
SQL
	my ($batches, $memory) = $plan =~ /HashAggregate.*?Batches: (\d+)\s+Memory Usage: (\d+)kB/s or die $plan;
	my ($time) = $plan =~ /Execution Time: ([\d.]+) ms/;
	return ($time / 1000, $batches, $memory);
}
my %best;
my %memory;
foreach my $groups (25000, 100000, 25000, 100000, 25000)
{
	my ($time, $batches, $memory) = seconds_for($groups);
	$best{$groups} = $time if !defined $best{$groups} || $time < $best{$groups};
	$memory{$groups} = $memory;
	die "more than one batch" if $batches != 1;
}
note("25,000 groups $best{25000} s, 100,000 groups $best{100000} s, $memory{100000} kB");
cmp_ok($best{100000} / $best{25000}, '<=', 4 * 1.6, '100,000 groups in one HashAggregate: time linear in the groups');
cmp_ok($memory{100000} / 100000, '<=', 4, 'at most 4 kB a group');
is($node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; SET work_mem = '2GB'; SELECT $check FROM ($per_group GROUP BY g) AS f"),
	'100000|0', 'and each group has its own line');

# Little memory for the hash table: groups spill, the models are the same.
my $spilling = "SET max_parallel_workers_per_gather = 0; SET work_mem = '1MB'; SET enable_sort = off;";
my $plan = $node->safe_psql('postgres', "$spilling EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $per_group GROUP BY g");
my ($batches) = $plan =~ /Batches: (\d+)/;
cmp_ok($batches // 0, '>', 4, 'with little memory the groups spill') or diag($plan);
is($node->safe_psql('postgres', "$spilling SELECT $check FROM ($per_group GROUP BY g) AS f"), '100000|0', 'and each still has its own line');
my $classes = q(SELECT g % 1000 AS k, orchard.fit(t, 'yes', '{"algorithm": "logistic_regression", "l2": 0.1}') AS m FROM (SELECT g, x, y > 5 AS yes FROM grouped) AS t GROUP BY 1);
$plan = $node->safe_psql('postgres', "$spilling EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) $classes");
($batches) = $plan =~ /Batches: (\d+)/;
cmp_ok($batches // 0, '>', 1, 'the groups of logistic regression spill as well') or diag($plan);
is($node->safe_psql('postgres', <<SQL), '1000|2000|0', 'and have the models that sorting gives');
SET max_parallel_workers_per_gather = 0;
SET enable_hashagg = off;
CREATE TEMP TABLE sorted AS $classes;
RESET enable_hashagg;
$spilling
CREATE TEMP TABLE hashed AS $classes;
SELECT count(DISTINCT k), count(*), count(*) FILTER (WHERE NOT abs(s.estimate - h.estimate) <= 1e-9 * greatest(1, abs(s.estimate)))
FROM (SELECT k, c.* FROM sorted, orchard.coefficients(m) AS c) AS s JOIN (SELECT k, c.* FROM hashed, orchard.coefficients(m) AS c) AS h USING (k, term)
WHERE term <> 'g';
SQL

done_testing();
