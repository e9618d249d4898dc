# 057_refusals.pl: trees trained with less and less memory, of the setting and of the system, and less and less
# room for temporary files, so that every phase meets its end: a clear error each time, nothing left behind.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use OrchardTest qw(run_session);
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('refusals');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
shared_buffers = 16MB
autovacuum = off
fsync = off
max_parallel_workers_per_gather = 0
CONF
$node->start;

my $numbers = join ', ', map { "(random() + i % $_ * 0.1)::float8 AS x$_" } 2 .. 11;
$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION orchard;
SELECT setseed(0.5);
CREATE UNLOGGED TABLE t AS
SELECT $numbers, nullif('kind ' || i % 40, 'kind 7') AS kind, i % 3 AS class, random() + i % 5 AS y FROM generate_series(1, 120000) AS i;
CREATE VIEW few AS SELECT * FROM t LIMIT 500;
SQL

my %call = (
	boosting => q{'y', 'gradient_boosting', '{"n_estimators": 3, "exclude": ["class"]}'},
	classes => q{'class', 'gradient_boosting', '{"n_estimators": 2, "validation_fraction": 0.2, "objective": "log_loss", "exclude": ["y"]}'},
	forest => q{'y', 'random_forest', '{"n_estimators": 2, "max_depth": 12, "oob_score": true}'},
	isolation => q{NULL, 'isolation_forest', '{"exclude": ["class", "y"], "n_estimators": 20}'});

# What a session still holds; and that it still trains.
my $left = q{SELECT 'left', (SELECT count(*) FROM pg_ls_tmpdir()), (SELECT count(*) FROM orchard.models WHERE name = 'm'),
	(SELECT coalesce(sum(total_bytes), 0) FROM pg_backend_memory_contexts WHERE name LIKE 'orchard%' AND name !~ '^orchard model')};
my $works = q{SELECT 'trained', rows FROM orchard.train('small', 'few', 'y', options => '{"n_estimators": 2}')};

# Runs attempts, each a pair of statements: those that may fail, and what undoes their settings; the errors.
sub attempts
{
	my ($title, $expected, @attempts) = @_;
	my ($lines, $err) = run_session($node, join("\n", map { "$_->[0]\n$_->[1]\n$left;\nSELECT orchard.drop_model('m') WHERE EXISTS (SELECT FROM orchard.models WHERE name = 'm');" } @attempts) . "\n$works;\n");
	my @errors = $err =~ /ERROR:\s+(\w+)/g;
	my $trained = grep { /^\d+$/ } @$lines;

	is(scalar(grep { $_ ne $expected } @errors), 0, "$title: no error but $expected") or diag($err);
	cmp_ok(scalar(@errors), '>', 2, "$title: refused " . scalar(@errors) . ' times');
	cmp_ok($trained, '>', 0, "$title: trained $trained times");
	is(scalar(@errors) + $trained, scalar(@attempts), "$title: every attempt ended");
	is(scalar(grep { /^left\|0\|[01]\|0$/ } @$lines), scalar(@attempts), "$title: neither files nor memory are left") or diag("@$lines");
	is($lines->[-1], 'trained|500', "$title: the session goes on");
}

# ** orchard.max_memory: the aggregate holds all of it in memory, train() keeps the rows in files.
foreach my $name (qw(boosting classes forest))
{
	my ($target, $algorithm, $options) = split /, (?=['N])/, $call{$name}, 3;
	$options =~ s/"validation_fraction": 0.2, // if $name eq 'classes';
	$options =~ s/^'\{/'{"algorithm": $algorithm, / and $options =~ s/: '(\w+)'/: "$1"/;
	attempts("fit, $name, within orchard.max_memory", '53200', map {
			[ "SET orchard.max_memory = '${_}MB';\nSELECT (orchard.summary(orchard.fit(t, $target, $options)) ->> 'rows')::int FROM t;",
				'RESET orchard.max_memory;' ] } 16, 17, 18, 22, 25, 28, 64);
}

# ** temp_file_limit, with rows that have to go to files.
foreach my $name (qw(boosting isolation))
{
	attempts("train, $name, within temp_file_limit", '53400', map {
			[ "SET orchard.max_memory = '20MB';\nSET temp_file_limit = '${_}kB';\nSELECT rows FROM orchard.train('m', 't', $call{$name});",
				"RESET temp_file_limit;\nRESET orchard.max_memory;" ] } 16, 64, 120, 200, 40000);
}

# ** The system refuses: every allocation may be the one.
foreach my $name (sort keys %call)
{
	my $limit = '$(( ($(sed -n "s/^VmSize:[^0-9]*\([0-9]*\).*/\1/p" /proc/$BACKEND/status) + $MORE) * 1024 ))';
	attempts("train, $name, by the system", '53200', map {
			[ "SELECT pg_backend_pid() AS pid \\gset\n\\setenv BACKEND :pid\n\\setenv MORE " . $_ * 1024
				. "\n\\! prlimit --pid=\$BACKEND --as=$limit:\nSELECT rows FROM orchard.train('m', 't', $call{$name});",
				'\! prlimit --pid=$BACKEND --as=unlimited:' ] } 0, 1, 3, 6, 9, 12, 15, 19, 24, 30, 400);
}

$node->stop;
done_testing();
