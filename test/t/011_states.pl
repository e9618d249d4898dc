# 011_states.pl: forged binary states are refused with 22P03, or are states that every accessor can read.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{ORCHARD_SEED} // time % 1_000_000;
note "ORCHARD_SEED=$seed";
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('states');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION orchard');
my $directory = PostgreSQL::Test::Utils::tempdir();

my %types = (
	sum_state => [ 'sum_state', qw(n sum avg) ],
	variance_state => [ 'variance_state', qw(n sum avg var_pop var_samp stddev_pop stddev_samp) ],
	stats1d => [ 'stats', qw(n sum avg var_pop stddev_samp skewness kurtosis min max range_of rms cv) ]);
my @patterns = ("\x00" x 8, "\xff" x 8, "\x7f\xf0" . "\x00" x 6, "\xff\xf0" . "\x00" x 6, "\x7f\xf8" . "\x00" x 6,
	"\x80" . "\x00" x 7, "\x7f\xef" . "\xff" x 6, "\x00" x 7 . "\x01", "\x3f\xf0" . "\x00" x 6);

for my $type (sort keys %types)
{
	my ($aggregate, @accessors) = @{ $types{$type} };
	my $source = "$directory/$type.bin";
	$node->safe_psql('postgres', "CREATE TABLE $type (s orchard.$type);"
		. "COPY (SELECT orchard.$aggregate(x) FROM (VALUES (1::float8), (2.5), (-7.1), (1e9)) AS v(x)) TO '$source' WITH (FORMAT binary)");
	my $honest = slurp_file($source);
	# 19 bytes of header, 2 of column count, 4 of length, the version byte, fields of 8 bytes, 2 bytes of trailer
	my $n_fields = (length($honest) - 19 - 2 - 4 - 1 - 2) / 8;
	my $script = "\\set VERBOSITY sqlstate\n";
	my $n_forged = 300;
	for my $i (1 .. $n_forged)
	{
		my $forged = $honest;
		for (1 .. 1 + int(rand(3)))
		{
			my $field = 26 + 8 * int(rand($n_fields));
			if (rand() < 0.5) { substr($forged, $field, 8) = $patterns[ rand(@patterns) ] }
			elsif (rand() < 0.1) { substr($forged, 25, 1) = chr(int(rand(256))) }
			else { substr($forged, $field + int(rand(8)), 1) = chr(int(rand(256))) }
		}
		my $file = "$directory/$type-$i.bin";
		open(my $out, '>:raw', $file) or die "cannot write $file: $!";
		print $out $forged;
		close($out);
		$script .= "COPY $type FROM '$file' WITH (FORMAT binary);\n";
	}
	chmod 0755, $directory;
	my ($result, $out, $errors) = $node->psql('postgres', $script, on_error_stop => 0);
	my @states = $errors =~ /ERROR:\s+(\w{5})/g;
	is_deeply([ grep { $_ ne '22P03' } @states ], [], "$type: " . @states . " of $n_forged refused, all with 22P03");
	my $kept = $node->safe_psql('postgres', "SELECT count(*) FROM $type");
	is($kept + @states, $n_forged, "$type: $kept are states");

	# A kept one may overflow (22003) in an accessor, nothing else; text, binary and merge hold.
	$script = "\\set VERBOSITY sqlstate\n";
	$script .= "SELECT orchard.$_(s) FROM $type \\g /dev/null\n" for @accessors;
	$script .= "SELECT orchard.merge(s) FROM $type \\g /dev/null\n";
	($result, $out, $errors) = $node->psql('postgres', $script, on_error_stop => 0);
	@states = $errors =~ /ERROR:\s+(\w{5})/g;
	is_deeply([ grep { $_ ne '22003' } @states ], [], "$type: accessors read them or report an overflow");
	is($node->safe_psql('postgres', "SELECT count(*) FROM $type WHERE s::text::orchard.$type\::text IS DISTINCT FROM s::text"),
		'0', "$type: their text is exact");
}

$node->stop;
done_testing();
