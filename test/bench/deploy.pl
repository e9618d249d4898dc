#!/usr/bin/perl
# deploy.pl: scoring by name beside deployments (see deploy.sh).
#
# Two clients of pgbench score as fast as they can.  Quiet runs take turns with runs during which another
# session deploys and rolls back 1,000 times, each in a transaction of its own, spread over the run.
# Every latency is logged; printed are medians over the runs of the 50th and 99th percentile and the worst.
use strict;
use warnings;

use File::Temp qw(tempdir);
use FindBin;
use lib $FindBin::Bin;
use Measure qw(run_psql median);

my $rounds = $ENV{ROUNDS} || 5;
my $seconds = $ENV{SECONDS_EACH} || 12;
my $dir = tempdir(CLEANUP => 1);
my $changes = 1000;

# Latencies in microseconds of all transactions of a run, ascending; dies when one failed.
sub latencies
{
	my ($during) = @_;
	unlink glob("$dir/log*");
	my $pid = defined $during ? fork() : undef;
	if (defined $during && !$pid)
	{
		run_psql($during);
		exit 0;
	}
	my $output = `cd $dir && pgbench -n -M prepared -c 2 -j 1 -T $seconds -l --log-prefix=$dir/log -f $dir/score.sql postgres 2>&1`;
	if (defined $pid)
	{
		waitpid($pid, 0);
		die "the deployments failed\n" if $? != 0;
	}
	die "pgbench failed: $output\n" unless $output =~ /number of failed transactions: 0 / && $output !~ /aborted/;
	my @latencies;
	foreach my $file (glob("$dir/log*"))
	{
		open(my $log, '<', $file) or die "cannot read $file: $!\n";
		push @latencies, map { (split)[2] } <$log>;
	}
	return sort { $a <=> $b } @latencies;
}

sub percentiles
{
	my (@latencies) = @_;
	return [ map { $latencies[ $_ * $#latencies ] } 0.5, 0.99, 1 ];
}

run_psql('CREATE EXTENSION orchard',
	'CREATE TABLE visits AS SELECT i AS id, ' . join(', ', map { "random() AS c$_" } 1 .. 20) . ', (random() < 0.5)::int AS y FROM generate_series(1, 10000) AS i',
	'ALTER TABLE visits ADD PRIMARY KEY (id)',
	map({ qq{SELECT orchard.register('churn', orchard.fit(t, 'y', '{"algorithm": "logistic_regression", "exclude": ["id"], "l2": 0.$_}')) FROM visits AS t} } 1, 2),
	q{SELECT orchard.deploy('churn', 1)}, 'VACUUM ANALYZE');
open(my $script, '>', "$dir/score.sql") or die "cannot write: $!\n";
print $script "\\set id random(1, 10000)\nSELECT orchard.predict('churn', v) FROM visits AS v WHERE id = :id;\n";
close($script);
my $pause = 0.8 * $seconds / $changes;
my $deployments = "DO \$\$ BEGIN FOR i IN 1 .. $changes / 2 LOOP "
  . "PERFORM orchard.deploy('churn', 2); COMMIT; PERFORM pg_sleep($pause); "
  . "PERFORM orchard.rollback('churn'); COMMIT; PERFORM pg_sleep($pause); END LOOP; END \$\$";

my (@quiet, @beside);
foreach (1 .. $rounds)
{
	push @quiet, percentiles(latencies());
	push @beside, percentiles(latencies($deployments));
}
printf "One row by name, two clients, us, medians of %d runs of %d s; %d deployments and rollbacks, no error\n", $rounds, $seconds, $changes;
foreach ([ 0, 'median', '' ], [ 1, '99 %', ', target 2' ], [ 2, 'worst', '' ])
{
	my ($i, $name, $target) = @$_;
	my ($alone, $with) = map { my $runs = $_; median(map { $_->[$i] } @$runs) } \@quiet, \@beside;
	printf "%-8s alone %.0f, beside deployments %.0f (ratio %.2f%s)\n", $name, $alone, $with, $with / $alone, $target;
}
