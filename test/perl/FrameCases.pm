# FrameCases.pm: the aggregates that 010_frames.pl compares over generated frames, and their references.
#
# A case has these fields; %w stands for "FILTER (...) OVER w", which varies from frame to frame:
#   name       what messages call it
#   ours       an expression of Orchard's aggregate, as 'orchard.median(x) %w'
#   reference  what it must equal, from built-ins alone, as 'median_of(array_agg(x) %w)'
#   same       when they are equal: a condition on a (ours), b (the reference) and s; near(a, b) if not given
#   scale      an expression whose value is s, as the size of the terms of a sum that may cancel
#   rounds     of these clauses in a hundred the case takes part in; 100 if not given
#
# Columns of a row: p partition, k sort key with ties and gaps, i number, f condition of the filter,
# x and y float8 (multiples of 1/8, NULL, some NaN and infinities), m integer (NULL, never special),
# ts timestamptz that grows with k, c text of few values.  Functions at hand: near(a, b) equal, or to
# 1e-12 of b; close_to(a, b, s) the same kind of result, and to 1e-12 of s where finite.
# A new room: write a sub that returns cases, list it in @rooms.
package FrameCases;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(frame_cases frame_setup);

# SQL that references need: functions of the test's own.
sub frame_setup
{
	return <<'SQL';
CREATE FUNCTION near(a float8, b float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-12 * abs(b), false)';
CREATE FUNCTION close_to(a float8, b float8, s float8) RETURNS boolean LANGUAGE sql IMMUTABLE AS
	'SELECT a IS NOT DISTINCT FROM b OR coalesce(abs(a - b) <= 1e-12 * s, false)';
SQL
}

# Drop-ins of one float8.
sub drop_ins
{
	return map { { name => $_, ours => "orchard.$_(x) %w", reference => "pg_catalog.$_(x) %w" } }
	  qw(sum avg var_pop var_samp variance stddev_pop stddev_samp stddev);
}

# min and max return the very value.
sub extremes
{
	my @arguments = (
		'x', 'm', 'm::bigint', '(m % 1000)::smallint', 'x::float4',
		"date '2020-01-01' + m", "timestamp '2020-01-01' + m * interval '1 hour'",
		"timestamptz '2020-01-01 00:00Z' + m * interval '1 hour'");
	my @cases;
	for my $argument (@arguments)
	{
		push @cases, map { {
			name => "$_($argument)", ours => "(orchard.$_($argument) %w)::text",
			reference => "(pg_catalog.$_($argument) %w)::text", same => 'a IS NOT DISTINCT FROM b' } } qw(min max);
	}
	return @cases;
}

# The accessors of stats against one built-in each.
sub summaries
{
	my %built_in = (n => 'nullif(count(x) %w, 0)', map { $_ => "pg_catalog.$_(x) %w" } qw(sum avg var_samp min max));
	return map { { name => "$_(stats)", ours => "orchard.$_(orchard.stats(x) %w)", reference => $built_in{$_} } } sort keys %built_in;
}

my @rooms = (\&drop_ins, \&extremes, \&summaries);

sub frame_cases
{
	return map { $_->() } @rooms;
}

1;
