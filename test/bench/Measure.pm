# Measure.pm: what the bench scripts in Perl share.
package Measure;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw(run_psql median);

# What psql prints for these lines.
sub run_psql
{
	my (@lines) = @_;
	open(my $pipe, '-|', 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
		map({ ('-c', $_) } @lines), 'postgres')
	  or die "cannot run psql: $!\n";
	my @output = <$pipe>;
	close($pipe) or die "psql failed\n";
	return @output;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return ($sorted[@sorted / 2] + $sorted[(@sorted - 1) / 2]) / 2;
}

1;
