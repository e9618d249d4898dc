# 055_spill.pl: training on more rows than orchard.max_memory holds: the same model, bounded memory,
# temporary files that count, that have limits, and that go.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use OrchardTest qw(run_session);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('spill');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
shared_buffers = 16MB
autovacuum = off
fsync = off
max_parallel_workers_per_gather = 0
CONF

my $preload = $node->basedir . '/full_disk.so';
my $flag = $node->basedir . '/disk_is_full';
system_or_bail('cc', '-shared', '-fPIC', '-o', $preload, 'test/full_disk_preload.c', '-ldl');
{
	local $ENV{LD_PRELOAD} = $preload;
	local $ENV{FULL_DISK} = $flag;
	$node->start;
}

my $numbers = join ', ', map { "(random() + i % $_ * 0.1)::float8 AS x$_" } 1 .. 28;
$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION orchard;
SELECT setseed(0.25);
CREATE UNLOGGED TABLE wide AS
SELECT $numbers, random() < 1 / (1 + exp(-0.3 * (i % 7 - 3))) AS yes FROM generate_series(1, 1000000) AS i;
CREATE UNLOGGED TABLE mixed AS
SELECT i % 101 / 4.0::float8 AS a, (i * 7919::bigint % 100003) / 7.0::float8 AS b, nullif(i * 53 % 31, 7)::int AS d,
	'level ' || i * 7919::bigint % 30 AS c, nullif('kind ' || i % 4, 'kind 2') AS k, 1 + i % 3 AS w,
	ARRAY[i % 17, i % 5, i % 3]::float8[] AS v, (hashint4(i) & 7) > 2 AS yes
FROM generate_series(1, 200000) AS i;
ANALYZE;
SQL

sub session
{
	return run_session($node, @_);
}

# What a session shows of itself.
my $peak = q{SELECT (regexp_match(pg_read_file('/proc/self/status', 0, 10000), 'VmHWM:\s+(\d+)'))[1]::int};
my $files = 'SELECT count(*) FROM pg_ls_tmpdir()';

sub temp_bytes
{
	return $node->safe_psql('postgres', 'SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()');
}

# A backend tells what it wrote when it ends, which may be a moment after psql has.
sub temp_bytes_above
{
	my ($least, $title) = @_;
	my $bytes = temp_bytes();

	for (my $tries = 0; $bytes <= $least && $tries < 100; $tries++)
	{
		select(undef, undef, undef, 0.1);
		$bytes = temp_bytes();
	}
	cmp_ok($bytes, '>', $least, $title);
}

# ** The same model; memory.
{
	my $before = temp_bytes();
	my ($lines, $err) = session(<<SQL);
SET orchard.max_memory = '16MB';
SELECT rows FROM orchard.train('warm', 'SELECT * FROM wide LIMIT 1000', 'yes', 'logistic_regression');
$peak;
SELECT rows FROM orchard.train('spilled', 'wide', 'yes', 'logistic_regression');
$peak;
$files;
SQL
	my $grown = $lines->[3] - $lines->[1];
	is("$lines->[2] $lines->[4]", '1000000 0', '1M x 28 in 16 MB: trained, no file is left') or diag($err);
	cmp_ok($grown, '<=', (16 + 48) * 1024, 'peak of resident memory: at most 16 + 48 MB') or diag("$grown kB");
	temp_bytes_above($before + 200e6, 'the statistics count the temporary file');
	$before = temp_bytes();
	is($node->safe_psql('postgres', <<'SQL'), "1000000\nt", 'unspilled: the same digest');
SELECT rows FROM orchard.train('whole', 'wide', 'yes', 'logistic_regression');
SELECT orchard.model_digest(orchard.load_model('whole')) = orchard.model_digest(orchard.load_model('spilled'));
SQL
	is(temp_bytes(), $before, 'unspilled: no temporary file');
}

# ** Categories, arrays, NULLs, weights, rows held out.
foreach my $options ('{}', '{"weight": "w"}', '{"validation_fraction": 0.3, "missing_indicator": true}', '{"class_weight": "balanced", "l2": 0.01}')
{
	my $before = temp_bytes();
	is($node->safe_psql('postgres', <<SQL), 't|t', "mixed columns, $options: the same digest and metrics");
SET orchard.max_memory = '16MB';
SELECT FROM orchard.train('spilled', 'mixed', 'yes', 'logistic_regression', '$options');
RESET orchard.max_memory;
SELECT FROM orchard.train('whole', 'mixed', 'yes', 'logistic_regression', '$options');
SELECT orchard.model_digest(w) = orchard.model_digest(s), orchard.summary(w) -> 'metrics' = orchard.summary(s) -> 'metrics'
FROM (SELECT orchard.load_model('whole') AS w, orchard.load_model('spilled') AS s) AS q;
SQL
	temp_bytes_above($before, "mixed columns, $options: spilled");
}

# ** More than two classes.
{
	my $before = temp_bytes();
	is($node->safe_psql('postgres', <<SQL), 't|3', 'three classes: the same digest');
SET orchard.max_memory = '16MB';
SELECT FROM orchard.train('spilled', 'SELECT a, b, c, v, w, k FROM mixed', 'k', 'logistic_regression', '{"skip_null_target": true, "weight": "w"}');
RESET orchard.max_memory;
SELECT FROM orchard.train('whole', 'SELECT a, b, c, v, w, k FROM mixed', 'k', 'logistic_regression', '{"skip_null_target": true, "weight": "w"}');
SELECT orchard.model_digest(w) = orchard.model_digest(s), cardinality(orchard.classes(s))
FROM (SELECT orchard.load_model('whole') AS w, orchard.load_model('spilled') AS s) AS q;
SQL
	temp_bytes_above($before, 'three classes: spilled');
}

# ** The other losses.
foreach (
	[ 'huber', 'b', '{"weight": "w"}' ],
	[ 'quantile_regression', 'b', '{"quantile": 0.7, "cov_type": "kernel"}' ],
	[ 'glm', 'd', '{"skip_null_target": true, "cov_type": "HC3"}' ],
	[ 'logistic_regression', 'k', '{"skip_null_target": true, "cov_type": "HC1"}' ],
	[ 'linear_regression', 'b', '{"cov_type": "HC3"}' ])
{
	my ($algorithm, $target, $options) = @$_;
	my $before = temp_bytes();
	is($node->safe_psql('postgres', <<SQL), 't', "$algorithm, $options: the same digest");
SET orchard.max_memory = '16MB';
SELECT FROM orchard.train('spilled', 'SELECT a, b, c, d, k, v, w FROM mixed', '$target', '$algorithm', '$options');
RESET orchard.max_memory;
SELECT FROM orchard.train('whole', 'SELECT a, b, c, d, k, v, w FROM mixed', '$target', '$algorithm', '$options');
SELECT orchard.model_digest(orchard.load_model('whole')) = orchard.model_digest(orchard.load_model('spilled'));
SQL
	temp_bytes_above($before, "$algorithm, $options: spilled");
}

# ** Trees: their columns spill, and go once the rows stand in bytes; with less memory those spill as well,
# and are read again as trees grow.
foreach (
	[ 'gradient_boosting', 16, '{"n_estimators": 2, "max_leaf_nodes": 6}' ],
	[ 'gradient_boosting', 128, '{"n_estimators": 3, "max_leaf_nodes": 4}' ],
	[ 'random_forest', 128, '{"n_estimators": 2, "max_depth": 3}' ],
	[ 'random_forest', 16, '{"n_estimators": 2, "min_samples_leaf": 2000, "oob_score": true}' ],
	[ 'isolation_forest', 16, '{"exclude": ["yes"], "n_estimators": 10}' ])
{
	my ($algorithm, $memory, $options) = @$_;
	my $target = $algorithm eq 'isolation_forest' ? 'NULL' : q('yes');
	my $before = temp_bytes();
	my ($lines, $err) = session(<<SQL);
SET orchard.max_memory = '${memory}MB';
SELECT rows FROM orchard.train('warm', 'SELECT * FROM wide LIMIT 1000', $target, '$algorithm', '$options');
$peak;
SELECT rows FROM orchard.train('spilled', 'wide', $target, '$algorithm', '$options');
$peak;
SQL
	my $grown = $lines->[3] - $lines->[1];
	cmp_ok($grown, '<=', ($memory + 48) * 1024, "$algorithm in $memory MB: peak of resident memory at most that and 48 MB") or diag("$grown kB $err");
	temp_bytes_above($before + ($memory == 16 && $algorithm eq 'gradient_boosting' ? 330e6 : 1), "$algorithm in $memory MB: spilled");
	is($node->safe_psql('postgres', <<SQL), 't', "$algorithm in $memory MB: the same digest");
SET orchard.max_memory = '1GB';
SELECT FROM orchard.train('whole', 'wide', $target, '$algorithm', '$options');
SELECT orchard.model_digest(orchard.load_model('whole')) = orchard.model_digest(orchard.load_model('spilled'));
SQL
}

# ** Trees in files: categories, arrays, NULLs, weights, rows held out or drawn, several trees a round or a
# forest's tree.
foreach (
	[ 'gradient_boosting', 'b', '{"weight": "w", "subsample": 0.7, "max_features": 3}' ],
	[ 'gradient_boosting', 'b', '{"objective": "absolute_error", "max_leaf_nodes": 4}' ],
	[ 'gradient_boosting', 'yes', '{"class_weight": "balanced", "validation_fraction": 0.3, "early_stopping_rounds": 2}' ],
	[ 'gradient_boosting', 'k', '{"skip_null_target": true, "max_leaf_nodes": 8}' ],
	[ 'random_forest', 'b', '{"weight": "w", "min_samples_leaf": 300, "oob_score": true}' ],
	[ 'random_forest', 'k', '{"skip_null_target": true, "class_weight": "balanced", "max_depth": 9, "oob_score": true}' ],
	[ 'decision_tree', 'yes', '{"min_samples_leaf": 3}' ])
{
	my ($algorithm, $target, $options) = @$_;
	my $before = temp_bytes();
	my $query = "SELECT a, b, c, d, k, v, w, yes FROM mixed, generate_series(1, 2)";
	$options =~ s/\}$/, "n_estimators": 3}/ if $algorithm ne 'decision_tree';
	is($node->safe_psql('postgres', <<SQL), 't|t', "$algorithm of $target, $options: the same digest and metrics");
SET orchard.max_memory = '16MB';
SELECT FROM orchard.train('spilled', '$query', '$target', '$algorithm', '$options');
RESET orchard.max_memory;
SELECT FROM orchard.train('whole', '$query', '$target', '$algorithm', '$options');
SELECT orchard.model_digest(w) = orchard.model_digest(s), orchard.summary(w) -> 'metrics' = orchard.summary(s) -> 'metrics'
FROM (SELECT orchard.load_model('whole') AS w, orchard.load_model('spilled') AS s) AS q;
SQL
	temp_bytes_above($before + ($algorithm eq 'gradient_boosting' ? 40e6 : 31e6), "$algorithm of $target, $options: spilled");
}

# ** No room: an error that says so; no file, no model, and the session goes on.
my $train = q{SELECT rows FROM orchard.train('refused', 'wide', 'yes', 'logistic_regression')};
my $after = "$files;\nSELECT count(*) FROM orchard.models WHERE name = 'refused';\nSELECT rows FROM orchard.train('small', 'SELECT * FROM wide LIMIT 1000', 'yes', 'logistic_regression');";
{
	my ($lines, $err) = session(<<SQL);
SET orchard.max_memory = '16MB';
SET temp_file_limit = '10MB';
$train;
$after
SET temp_file_limit = -1;
SQL
	like($err, qr/ERROR:  53400/, 'temp_file_limit: 53400');
	is("@$lines", '0 0 1000', 'temp_file_limit: nothing is left');
	($lines, $err) = session(<<SQL);
\\set VERBOSITY default
SET orchard.max_memory = '16MB';
SET temp_file_limit = '10MB';
BEGIN;
DO \$\$ BEGIN PERFORM rows FROM orchard.train('refused', 'wide', 'yes', 'logistic_regression');
EXCEPTION WHEN configuration_limit_exceeded THEN RAISE NOTICE 'trapped'; END \$\$;
$after
COMMIT;
$train;
SQL
	like($err, qr/trapped.*temporary file size exceeds temp_file_limit.*HINT:  Training keeps the rows that orchard\.max_memory has no room for in temporary files/s, 'temp_file_limit: a hint');
	is("@$lines", '0 0 1000', 'temp_file_limit in a subtransaction: nothing is left');
}
{
	append_to_file($flag, '');
	my ($lines, $err) = session("SET orchard.max_memory = '16MB';\n$train;\n$after\n\\set VERBOSITY default\n$train;");
	like($err, qr/ERROR:  53100/, 'full disk: 53100');
	like($err, qr/No space left on device.*HINT:  Training keeps the rows/s, 'full disk: the system\'s words and a hint');
	is("@$lines", '0 0 1000', 'full disk: nothing is left');
	unlink $flag;
	is($node->safe_psql('postgres', "SET orchard.max_memory = '16MB'; $train") . $node->safe_psql('postgres', q{SELECT orchard.drop_model('refused')}), '1000000', 'the disk has room again');
}

# ** Cancelled while rows are read, and while they are read back; progress of both.
my $four = 'SELECT * FROM wide UNION ALL SELECT * FROM wide UNION ALL SELECT * FROM wide UNION ALL SELECT * FROM wide';
{
	my ($lines, $err) = session(<<SQL);
\\set VERBOSITY default
LOAD 'orchard';
SET orchard.max_memory = '16MB';
SET orchard.progress_interval = 1;
SELECT rows FROM orchard.train('four', '$four', 'yes', 'logistic_regression');
SQL
	like($err, qr/training has read \d+ rows in \d+ seconds?/, 'progress of reading');
	like($err, qr/training is at step [1-9] after \d+ seconds?; the norm of the gradient is \d/, 'progress of the solver');
	foreach my $after_ms (300, 2500)
	{
		($lines, $err) = session(<<SQL);
SET orchard.max_memory = '16MB';
SET statement_timeout = '$after_ms';
SELECT rows FROM orchard.train('refused', '$four', 'yes', 'logistic_regression');
RESET statement_timeout;
$after
SQL
		like($err, qr/ERROR:  57014/, "cancelled after $after_ms ms");
		is("@$lines", '0 0 1000', "cancelled after $after_ms ms: nothing is left");
	}
}

# ** The same while a forest reads its rows again: no room for them, an end in the midst of a pass.
{
	my $two = 'SELECT w.* FROM wide AS w, generate_series(1, 2)';
	my $forest = qq{SELECT rows FROM orchard.train('refused', '$two', 'yes', 'random_forest', '{"n_estimators": 200, "max_depth": 12}')};
	my ($lines, $err) = session(<<SQL);
SET orchard.max_memory = '16MB';
SET temp_file_limit = '490MB';
$forest;
$after
SET temp_file_limit = -1;
SET statement_timeout = '8s';
$forest;
RESET statement_timeout;
$after
SQL
	like($err, qr/ERROR:  53400.*ERROR:  57014/s, 'a forest in files: temp_file_limit is 53400, a cancelled one 57014');
	is("@$lines", '0 0 1000 0 0 1000', 'a forest in files: nothing is left');
}

# ** An aggregate has no place to spill to, and names the function that has.
{
	my (undef, $err) = session(<<'SQL');
\set VERBOSITY default
SET orchard.max_memory = '16MB';
SELECT orchard.fit(t, 'yes', '{"algorithm": "logistic_regression"}') IS NOT NULL FROM wide AS t;
SQL
	like($err, qr/the training state needs more memory than orchard\.max_memory allows.*HINT:.*orchard\.train\(\)/s, 'fit: the hint names train');
}

$node->stop;
done_testing();
