# OrchardTest.pm: what the TAP scripts share.
package OrchardTest;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT_OK = qw($parallel run_session);

# Settings under which two workers, and not the leader, share whatever may be shared.
our $parallel = <<'SQL';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SQL

# Runs a script in one session, which goes on after errors; lines of output, and what it said.
sub run_session
{
	my ($node, $script) = @_;
	my ($out, $err) = ('', '');
	$node->psql('postgres', "\\set VERBOSITY sqlstate\n$script", stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 170);
	return ([ split /\n/, $out ], $err);
}

1;
