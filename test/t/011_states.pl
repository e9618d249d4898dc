# 011_states.pl: forged binary states are refused with 22P03, or are states that every accessor can read;
# every public state survives a dump and a binary copy with all its bits.
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
	stats2d => [ 'stats', qw(n sum_x avg_y var_pop_x stddev_samp_y sxx sxy covar_samp corr r2 slope intercept x_intercept) ],
	stats1d => [ 'stats', qw(n sum avg var_pop stddev_samp skewness kurtosis min max range_of rms cv) ]);
# A window function's value: one row of it, whose accessors take the number of a window.
my %sources = (decayed_state => q{orchard.decayed_state(x, '2024-01-01'::timestamptz, '1 day')}, stats2d => 'orchard.stats(x * x, x)',
	rollset => q{orchard.rolling(x, '2024-01-01'::date, '{1 day,2 days}', closed => 'both') OVER ()});
$types{decayed_state} = [ 'decayed_state', map { "decayed_$_(s)" } qw(count sum avg) ];
$types{rollset} = [ 'rolling', 'to_array(s)', 'n_windows(s)',
	map { "$_(s, 1)" } qw(n sum avg var_pop var_samp stddev_pop stddev_samp min max) ];
my @patterns = ("\x00" x 8, "\xff" x 8, "\x7f\xf0" . "\x00" x 6, "\xff\xf0" . "\x00" x 6, "\x7f\xf8" . "\x00" x 6,
	"\x80" . "\x00" x 7, "\x7f\xef" . "\xff" x 6, "\x00" x 7 . "\x01", "\x3f\xf0" . "\x00" x 6);

for my $type (sort keys %types)
{
	my ($aggregate, @accessors) = @{ $types{$type} };
	my $source = "$directory/$type.bin";
	$node->safe_psql('postgres', "CREATE TABLE $type (s orchard.$type);"
		. "COPY (SELECT " . ($sources{$type} // "orchard.$aggregate(x)") . " FROM (VALUES (1::float8), (2.5), (-7.1), (1e9)) AS v(x) LIMIT 1) TO '$source' WITH (FORMAT binary)");
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
	$script .= "SELECT orchard.$_ FROM $type \\g /dev/null\n" for map { /\(/ ? $_ : "$_(s)" } @accessors;
	$script .= "SELECT orchard.merge(s) FROM $type \\g /dev/null\n" unless $sources{$type};
	($result, $out, $errors) = $node->psql('postgres', $script, on_error_stop => 0);
	@states = $errors =~ /ERROR:\s+(\w{5})/g;
	is_deeply([ grep { $_ ne '22003' } @states ], [], "$type: accessors read them or report an overflow");
	is($node->safe_psql('postgres', "SELECT count(*) FROM $type WHERE s::text::orchard.$type\::text IS DISTINCT FROM s::text"),
		'0', "$type: their text is exact");
}

# One state of every type for each of seven groups; their text is exact, so equal text is equal bits.
my %columns = (
	sums => 'orchard.sum_state(x)', variances => 'orchard.variance_state(x)', stats => 'orchard.stats(x)', pairs => 'orchard.stats(x, u)',
	errors => 'orchard.prediction_errors(x, u)', losses => 'orchard.log_losses(u > 8, 0.5 + x / 3)', scores => 'orchard.roc_scores(u > 8, x)',
	orders => 'orchard.order_state(x)', sketches => 'orchard.qsketch(x)',
	decayed => q{orchard.decayed_state(x, timestamp '2024-01-01' + u * interval '1 hour', '5 hours')},
	fits => q{orchard.fit_state(r, 'x', '{"algorithm": "linear_regression", "exclude": ["g"]}')});
my @names = sort keys %columns;
my $list = join(', ', map { "$columns{$_} AS $_" } @names);
$node->safe_psql('postgres', qq{
	CREATE TABLE source AS SELECT i % 7 AS g, sin(i) AS x, i * 31 % 17 AS u, 'level ' || i % 3 AS c FROM generate_series(1, 500) AS i;
	CREATE TABLE kept AS SELECT g, $list FROM source AS r GROUP BY g});
my $texts = 'SELECT g, ' . join(', ', map { "$_\::text" } @names) . ' FROM kept ORDER BY g';
# A state in memory may wait to be normalised, which moves the last bit of a skewness.
my $merged = 'SELECT orchard.avg(orchard.merge(sums)), orchard.var_pop(orchard.merge(variances)), round(orchard.skewness(orchard.merge(stats))::numeric, 12), round(orchard.corr(orchard.merge(pairs))::numeric, 12), '
	. 'orchard.decayed_sum(orchard.merge(decayed)), orchard.rmse(orchard.merge(errors)), orchard.log_loss(orchard.merge(losses)), orchard.roc_auc(orchard.merge(scores)), '
	. 'orchard.mad(orchard.merge(orders)), orchard.quantile(orchard.merge(sketches), 0.9), '
	. 'orchard.model_digest(orchard.finish(orchard.merge(fits))) FROM (SELECT * FROM kept ORDER BY g) AS ordered';
my $before = $node->safe_psql('postgres', $texts);
my $result = $node->safe_psql('postgres', $merged);
for my $format ('plain', 'custom')
{
	$node->safe_psql('postgres', "DROP DATABASE IF EXISTS restored; CREATE DATABASE restored");
	$node->command_ok([ 'pg_dump', '-F', $format, '-f', "$directory/dump.$format", '-d', $node->connstr('postgres') ], "a $format dump");
	if ($format eq 'plain')
	{
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$directory/dump.$format", '-d', $node->connstr('restored') ], 'restored');
	}
	else
	{
		$node->command_ok([ 'pg_restore', '-e', '-d', $node->connstr('restored'), "$directory/dump.$format" ], 'restored');
	}
	is($node->safe_psql('restored', $texts), $before, "$format: the states are the same");
	is($node->safe_psql('restored', $merged), $result, "$format: and merge to the same");
}
$node->safe_psql('postgres', "COPY kept TO '$directory/kept.bin' WITH (FORMAT binary);"
	. "CREATE TABLE copied (LIKE kept); COPY copied FROM '$directory/kept.bin' WITH (FORMAT binary)");
is($node->safe_psql('postgres', $texts =~ s/FROM kept/FROM copied/r), $before, 'binary: the states are the same');

# Bytes of a training state that are cut or changed.
$node->safe_psql('postgres', "CREATE TABLE received (s orchard.fit_state); COPY (SELECT fits FROM kept WHERE g = 1) TO '$directory/fit.bin' WITH (FORMAT binary)");
my $fit = slurp_file("$directory/fit.bin");
my $script = "\\set VERBOSITY sqlstate\n";
for my $i (1 .. 100)
{
	my $forged = $fit;
	my $place = 25 + int(rand(length($fit) - 27));
	substr($forged, $place, 1) = chr(ord(substr($forged, $place, 1)) ^ (1 << int(rand(8))));
	open(my $out, '>:raw', "$directory/fit-$i.bin") or die "cannot write fit-$i.bin: $!";
	print $out $forged;
	close($out);
	$script .= "COPY received FROM '$directory/fit-$i.bin' WITH (FORMAT binary);\n";
}
my ($code, $out, $errors) = $node->psql('postgres', $script, on_error_stop => 0);
is(scalar(() = $errors =~ /ERROR:  22P03/g), 100, 'a training state with one changed bit is refused with 22P03');
is($node->safe_psql('postgres', 'SELECT count(*) FROM received'), '0', 'and none is stored');

# A frame beyond orchard.max_memory is an error in every moving state that keeps its rows, and the session goes on.
my @frames = ('sum(x)', 'sum(x::real)', 'var_pop(x)', 'stats(x)', 'stats(y, x)', 'corr(y, x)', 'slope(x, ts)', 'autocorr(x, 3)', 'crossings(x, 0.5)',
	q{decayed_avg(x, ts, '1 day')}, 'time_above(ts, x, 0.5)', 'ewm_avg(x, 0.1)', 'count_distinct(x)', 'entropy(x)');
my $frames = "SET orchard.max_memory = '16MB'; SET work_mem = '1GB';\n\\set VERBOSITY sqlstate\n"
	. "CREATE TEMP TABLE w AS SELECT i, random() AS x, random() AS y, '2020-01-01'::timestamptz + i * interval '1 second' AS ts FROM generate_series(1, 700000) AS i;\n"
	. join('', map { "SELECT count(v) FROM (SELECT orchard.$_ OVER (ORDER BY i ROWS BETWEEN 690000 PRECEDING AND CURRENT ROW) AS v FROM w) AS q;\n" } @frames)
	. "SELECT 'alive';\n";
my ($status, $answer, $refusals) = $node->psql('postgres', $frames, on_error_stop => 0);
is_deeply([ $refusals =~ /ERROR:\s+(\w{5})/g ], [ ('53200') x @frames ], 'frames beyond orchard.max_memory are refused') or diag($refusals);
is($answer, 'alive', 'and the session goes on');

$node->stop;
done_testing();
