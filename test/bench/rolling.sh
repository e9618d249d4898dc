#!/bin/sh
# rolling.sh: five windows by five statistics: rolling() against five named windows of Orchard's own
# aggregates, and of the built-ins.  ROUNDS (default 5) are the runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/rolling.sql postgres
