# 056_threads.pl: the same trees by any number of threads, which are there while trees grow and only
# then; and how soon a training that is cancelled ends.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $node = PostgreSQL::Test::Cluster->new('threads');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
jit = off
autovacuum = off
fsync = off
max_parallel_workers_per_gather = 0
CONF
$node->start;

my $numbers = join ', ', map { "(random() + i % $_ * 0.1)::float8 AS x$_" } 3 .. 12;
$node->safe_psql('postgres', <<SQL);
CREATE EXTENSION orchard;
SELECT setseed(0.5);
CREATE UNLOGGED TABLE t AS
SELECT $numbers, nullif('kind ' || i % 40, 'kind 7') AS kind, 1 + i % 3 AS w, i % 3 AS class, random() + i % 5 AS y,
	random() < 1 / (1 + exp(-0.3 * (i % 7 - 3))) AS yes
FROM generate_series(1, 200000) AS i;
ANALYZE;
SQL

# Starts a training in a session of its own; its process as the system knows it, and its handle.
sub start_training
{
	my ($settings, $call) = @_;
	my $pid = fork() // die "cannot fork: $!";
	if ($pid == 0)
	{
		my ($out, $err);
		$node->psql('postgres', "SET application_name = 'trainee'; $settings; SELECT rows FROM orchard.train($call)",
			stdout => \$out, stderr => \$err);
		open(my $file, '>', $node->basedir . '/said');
		print $file "$out\n$err";
		close $file;
		kill 'KILL', $$; # no END block of the test's own
	}
	return $pid;
}

sub said
{
	my ($pid) = @_;
	waitpid($pid, 0);
	return slurp_file($node->basedir . '/said');
}

# The server's process that trains.
sub backend
{
	return $node->poll_query_until('postgres',
		q{SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'trainee' AND query LIKE '%train(%' AND state = 'active'})
	  && $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity WHERE application_name = 'trainee' AND state = 'active'});
}

# Most tasks seen of a process while it is there.
sub most_tasks
{
	my ($pid) = @_;
	my $most = 0;
	while (opendir(my $tasks, "/proc/$pid/task"))
	{
		my $n = grep { /^\d+$/ } readdir($tasks);
		closedir $tasks;
		$most = $n if $n > $most;
		sleep 0.002;
	}
	return $most;
}

# ** The same model by 1, 2 and 4 threads, of every form of sums.
my %trained = (
	boosting => q('yes', 'gradient_boosting', '{"n_estimators": 5, "validation_fraction": 0.2}'),
	weighted => q('yes', 'gradient_boosting', '{"n_estimators": 3, "weight": "w", "subsample": 0.7, "exclude": ["class"]}'),
	classes => q('class', 'gradient_boosting', '{"n_estimators": 3, "objective": "log_loss", "exclude": ["y"]}'),
	forest => q('yes', 'random_forest', '{"n_estimators": 5, "max_features": 3}'),
	squared => q('y', 'gradient_boosting', '{"n_estimators": 5, "exclude": ["class"]}'),
	absolute => q('y', 'gradient_boosting', '{"n_estimators": 3, "objective": "absolute_error"}'));
foreach my $name (sort keys %trained)
{
	my %digest;
	foreach my $threads (1, 2, 4)
	{
		$node->safe_psql('postgres', "SET orchard.max_threads = $threads; SELECT FROM orchard.train('$name$threads', 't', $trained{$name})");
		$digest{$node->safe_psql('postgres', "SELECT orchard.model_digest(orchard.load_model('$name$threads'))")}++;
	}
	is(scalar keys %digest, 1, "$name: one digest by 1, 2 and 4 threads");
}

# ** The threads are really there, and not when one is all that is allowed.
my $long = q('long', 't', 'yes', 'gradient_boosting', '{"n_estimators": 30}');
foreach my $threads (1, 3)
{
	my $psql = start_training("SET orchard.max_threads = $threads", $long);
	is(most_tasks(backend()), $threads, "orchard.max_threads = $threads: so many tasks");
	like(said($psql), qr/^200000$/m, "orchard.max_threads = $threads: trained");
}

# ** A cancel ends it soon, whenever it comes.
foreach (
	[ 'gradient_boosting', q('yes', 'gradient_boosting', '{"n_estimators": 40}') ],
	[ 'random_forest', q('yes', 'random_forest', '{"n_estimators": 4}') ],
	[ 'isolation_forest', q(NULL, 'isolation_forest', '{"n_estimators": 3000, "exclude": ["yes"]}') ])
{
	my ($name, $call) = @$_;
	my (@late, $ended);
	for (my $moment = 0.02; $moment < 3 && !$ended; $moment *= 1.9)
	{
		my $psql = start_training('SET orchard.max_threads = 2', "'cancelled', 't', $call");
		my $pid = backend();
		sleep $moment;
		my $began = time();
		kill 'INT', $pid;
		# By the server's process: what waits for psql here looks for its end every half second.
		sleep 0.001 while -d "/proc/$pid" && time() - $began < 60;
		my $took = time() - $began;
		my $said = said($psql);
		$ended = $said =~ /^200000$/m;
		push @late, $took if $said =~ /canceling statement/;
	}
	@late = sort { $a <=> $b } @late;
	cmp_ok(scalar @late, '>=', 2, "$name: cancelled at several moments");
	# With the session's end; a machine that is busy may delay one of them.
	cmp_ok($late[$#late / 2], '<', 0.1, "$name: the middle delay of a cancel is below 100 ms");
	cmp_ok($late[-1], '<', 0.5, "$name: none takes long") or diag("@late");
	diag(sprintf('%s: cancelled after at most %.0f ms', $name, 1000 * $late[-1]));
}
is($node->safe_psql('postgres', q{SELECT count(*) FROM orchard.models WHERE name = 'cancelled' HAVING count(*) <= 1}) ne '', 1, 'no model of a cancelled training twice');

$node->stop;
done_testing();
