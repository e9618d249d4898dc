#!/usr/bin/perl
# trees_use.pl: models of 500 trees of 31 leaves where they are used (see trees_use.sh).
use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;
use Measure qw(run_psql median);

my $rows = $ENV{ROWS} || 400000;
my $rounds = $ENV{ROUNDS} || 7;
my $connections = $ENV{CONNECTIONS} || 20;
my $columns = join(', ', map { "c$_" } 1 .. 28);
my $arguments = join(', ', map { 0.03 * $_ } 1 .. 28);

# The times of the statements, in ms, that follow `\timing on`.
sub durations
{
	return map { /^Time: ([\d.]+) ms/ ? $1 : () } run_psql(@_);
}

run_psql('CREATE EXTENSION orchard',
	'CREATE TABLE t AS SELECT ' . join(', ', map { "random() AS c$_" } 1 .. 28) . " FROM generate_series(1, $rows)",
	'ALTER TABLE t ADD y boolean',
	'UPDATE t SET y = c1 * c2 + sin(3 * c3) + c4 ^ 2 + 0.3 * (c5 + c6 + c7 + c8) + random() > 2.6',
	'VACUUM FULL t', 'VACUUM ANALYZE t',
	'CREATE VIEW train AS SELECT * FROM t LIMIT 100000',
	q{SELECT 1 FROM orchard.train('risk', 'train', 'y', options => '{"n_estimators": 500}')},
	q{CREATE TABLE models AS SELECT orchard.load_model('risk') AS m},
	"CREATE TABLE events (@{[join(', ', map { qq{c$_ float8} } 1 .. 28)]}, risk float8)",
	'CREATE TABLE plain (LIKE events)', 'CREATE TABLE constant (LIKE events)',
	q{CREATE FUNCTION score() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.risk := orchard.predict('risk', NEW); RETURN NEW; END $$},
	q{CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.risk := 0.5; RETURN NEW; END $$},
	'CREATE TRIGGER score BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION score()',
	'CREATE TRIGGER leave BEFORE INSERT ON constant FOR EACH ROW EXECUTE FUNCTION leave()');

my (@one, @two);
foreach (1 .. $rounds)
{
	my $query = "SELECT sum(orchard.predict((SELECT m FROM models), $columns)) FROM t";
	my @time = durations('SET max_parallel_workers_per_gather = 0', 'SET parallel_leader_participation = off', $query, '\timing on', $query,
		'\timing off', 'SET max_parallel_workers_per_gather = 2', '\timing on', $query);
	push @one, $time[0];
	push @two, $time[1];
}
printf "%d rows, 500 x 31: one process %.0f ms, two workers %.0f ms, ratio %.2f (at most 0.6)\n", $rows, median(@one), median(@two),
  median(@two) / median(@one);

my %insert;
foreach (1 .. $rounds)
{
	my @tables = qw(plain constant events);
	my @time = durations((map { "INSERT INTO $_ SELECT $columns, NULL FROM t LIMIT 200" } @tables), '\timing on',
		map { "INSERT INTO $_ SELECT $columns, NULL FROM t LIMIT 20000" } @tables);
	push @{ $insert{$_} }, shift @time foreach @tables;
}
printf "a row inserted, us: without a trigger %.1f, by one with a constant %.1f, by one that scores %.1f: %.1f above the constant (at most 25)\n",
  (map { median(@{ $insert{$_} }) / 20 } qw(plain constant events)), (median(@{ $insert{events} }) - median(@{ $insert{constant} })) / 20;

my (@empty, @first, @plain);
foreach (1 .. $connections)
{
	my @time = durations(q{LOAD 'orchard'}, 'SELECT 1', '\timing on', 'SELECT 1', "SELECT orchard.predict(m, $arguments) FROM models");
	push @empty, $time[0];
	push @first, $time[1];
	@time = durations(q{LOAD 'orchard'}, 'SELECT 1', '\timing on', 'SELECT 1', "SELECT num_nulls(m, $arguments) FROM models");
	push @plain, $time[1];
}
printf "first row of a connection, ms: %.2f above SELECT 1, %.2f above the same query without the score (at most 1)\n",
  median(@first) - median(@empty), median(@first) - median(@plain);
