#!/usr/bin/perl
# by_name.pl: one-row statements by name against the same with a constant (see by_name.sh).
#
# pgbench runs 2,000 of one statement of a pair, then 2,000 of the other, and so on, prepared, one client:
# short turns, so that other work on the machine meets both.  What is printed is the median of the
# differences of their mean latencies.  The first score is timed by psql in fresh connections.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Measure qw(run_psql median);

my $rounds = $ENV{ROUNDS} || 101;
my $dir = tempdir(CLEANUP => 1);

# Mean latency of a statement, in microseconds.
sub latency
{
	my ($sql) = @_;
	open(my $script, '>', "$dir/script.sql") or die "cannot write: $!\n";
	print $script "$sql;\n";
	close($script);
	my $output = `pgbench -n -M prepared -t 2000 -f $dir/script.sql postgres 2>&1`;
	my ($transactions) = $output =~ /number of transactions actually processed: (\d+)/;
	my ($tps) = $output =~ /^tps = ([\d.]+)/m;
	die "pgbench failed: $output\n" unless $transactions && $output !~ /aborted/;
	return 1e6 / $tps;
}

sub compare
{
	my ($title, $scored, $constant, $target) = @_;
	my (@scored, @constant);
	foreach (1 .. $rounds)
	{
		push @constant, latency($constant);
		push @scored, latency($scored);
	}
	printf "%-34s constant %.1f, by name %.1f, above it %.1f (target %s)\n", $title, median(@constant), median(@scored),
	  median(map { $scored[$_] - $constant[$_] } 0 .. $#scored), $target;
}

my @columns = map { "c$_" } 1 .. 20;
my @values = map { 0.04 * $_ } 1 .. 20;
my $arguments = join(', ', map { "$_\::float8" } @values);
run_psql('CREATE EXTENSION orchard',
	'CREATE TABLE visits AS SELECT i AS id, ' . join(', ', map { "random() AS $_" } @columns) . ', (random() < 0.5)::int AS y FROM generate_series(1, 10000) AS i',
	'ALTER TABLE visits ADD PRIMARY KEY (id)',
	q{SELECT orchard.register('churn', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "exclude": ["id"]}')) FROM visits AS t},
	q{SELECT orchard.deploy('churn', 1)},
	map({
			my ($table, $value) = @$_;
			("CREATE UNLOGGED TABLE $table (" . join(', ', map { "$_ float8" } @columns) . ', risk float8)',
				"CREATE FUNCTION score_$table() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN NEW.risk := $value; RETURN NEW; END \$\$",
				"CREATE TRIGGER score BEFORE INSERT ON $table FOR EACH ROW EXECUTE FUNCTION score_$table()")
	} [ 'events', q{orchard.predict('churn', NEW)} ], [ 'events_constant', '0.5' ]),
	'VACUUM ANALYZE');

print "By name above the same statement with a constant, us, medians of $rounds\n";
compare('one row of 20 arguments', "SELECT orchard.predict('churn', $arguments)", 'SELECT 0.5::float8', 15);
compare('one row of a table, by key', "SELECT orchard.predict('churn', v) FROM visits AS v WHERE id = 7", 'SELECT 0.5::float8 FROM visits AS v WHERE id = 7', 15);
compare('INSERT with a plpgsql trigger', "INSERT INTO events VALUES ($arguments)", "INSERT INTO events_constant VALUES ($arguments)", 25);

my (@empty, @first, @by_value);
foreach (1 .. 25)
{
	my @lines = (q{LOAD 'orchard'}, 'SELECT 1', '\timing on', 'SELECT 1');
	my @time = map { /^Time: ([\d.]+) ms/ ? $1 : () } run_psql(@lines, "SELECT orchard.predict('churn', $arguments)");
	push @empty, $time[0];
	push @first, $time[1];
}
printf "First score of a fresh connection, ms: SELECT 1 %.2f, first score by name %.2f (target 3)\n", median(@empty), median(@first);

my $big = 'SELECT sum(orchard.predict(%s, v)) FROM visits AS v, generate_series(1, 50) AS i';
my (@name, @value);
foreach (1 .. 5)
{
	my @time = map { /^Time: ([\d.]+) ms/ ? $1 : () } run_psql('SET max_parallel_workers_per_gather = 0', '\timing on',
		sprintf($big, q{(SELECT orchard.load_model('churn'))}), sprintf($big, q{'churn'}));
	push @value, $time[0];
	push @name, $time[1];
}
printf "500,000 rows of one statement, ms: by value %.0f, by name %.0f\n", median(@value), median(@name);
