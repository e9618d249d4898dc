# dbt.pl DBT: dbt build of dbt/example, twice, in a database of its own.
use strict;
use warnings;

use File::Temp qw(tempdir);
use JSON::PP qw(decode_json);

my $dbt = shift @ARGV or die "usage: dbt.pl DBT\n";
my $base = tempdir(CLEANUP => 1);

sub run
{
	system(@_) == 0 or die "failed: @_\n";
}

# The seconds that dbt spent on the nodes that hold trained models, and what it took in all.
sub build
{
	run('env', '-C', "$base/dbt/example", $dbt, '--quiet', 'build');
	local $/;
	open(my $file, '<', "$base/dbt/example/target/run_results.json") or die "no results: $!\n";
	my $results = decode_json(<$file>);
	my ($fitting, $all) = (0, 0);
	foreach my $node (@{ $results->{results} })
	{
		$all += $node->{execution_time};
		$fitting += $node->{execution_time} if $node->{unique_id} =~ /^model\..*\.late_model$/;
	}
	return ($fitting, $all);
}

run('test/demo/fetch.sh', "$base/csv");
run('cp', '-r', 'dbt', $base);
run('psql', '-Xq', '-c', 'DROP DATABASE IF EXISTS flights', '-c', 'CREATE DATABASE flights', 'postgres');
$ENV{PGDATABASE} = 'flights';
$ENV{DBT_SEND_ANONYMOUS_USAGE_STATS} = 'false';
run('env', '-C', "$base/csv", 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$base/dbt/example/load.sql");
run('env', '-C', "$base/dbt/example", $dbt, '--quiet', 'deps');
my ($first, $first_all) = build();
my ($second, $second_all) = build();
printf "nodes that fit: %.2f s, then %.2f s: %.2f (target 0.30)\n", $first, $second, $second / $first;
printf "all nodes: %.1f s, then %.1f s\n", $first_all, $second_all;
