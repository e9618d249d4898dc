#!/usr/bin/perl
# first_score.pl: the first score of a fresh connection, by value (see first_score.sh).
#
# Each of N connections loads the library, runs SELECT 1, then the first score of a stored model;
# the times are those of the statements as psql sees them.  The difference of the medians is what
# decoding the model, binding it to the call and scoring one row cost.
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Measure qw(run_psql median);

my $n = $ENV{CONNECTIONS} || 20;

run_psql('CREATE EXTENSION orchard',
	q{CREATE TABLE visits AS SELECT } . join(', ', map { "random() AS c$_" } 1 .. 20) . q{, (random() < 0.5)::int AS y
		FROM generate_series(1, 10000)},
	'CREATE TABLE models (name text, m orchard.model)',
	map { qq{INSERT INTO models SELECT '$_', orchard.fit(t, 'y', '{"algorithm": "$_"}') FROM visits AS t} }
	  qw(linear_regression logistic_regression));
print "First score of a fresh connection above SELECT 1, ms, medians of $n (target 1)\n";
my $features = join(', ', map { 0.04 * $_ } 1 .. 20);
foreach my $algorithm (qw(linear_regression logistic_regression))
{
	my (@empty, @first);
	foreach (1 .. $n)
	{
		my @time = map { /^Time: ([\d.]+) ms/ ? $1 : () } run_psql(q{LOAD 'orchard'}, 'SELECT 1', '\timing on', 'SELECT 1',
			"SELECT orchard.predict(m, $features) FROM models WHERE name = '$algorithm'");
		push @empty, $time[0];
		push @first, $time[1];
	}
	my @plain;
	foreach (1 .. $n)
	{
		my @time = map { /^Time: ([\d.]+) ms/ ? $1 : () } run_psql(q{LOAD 'orchard'}, 'SELECT 1', '\timing on', 'SELECT 1',
			"SELECT num_nulls(m, $features) FROM models WHERE name = '$algorithm'");
		push @plain, $time[1];
	}
	printf "%-20s SELECT 1 %.2f, first score %.2f, above it %.2f; the same query without the score %.2f\n", $algorithm,
	  median(@empty), median(@first), median(@first) - median(@empty), median(@plain);
}
