#!/bin/sh
# windows.sh: moving and plain drop-ins against count(*) and the built-ins.  ROUNDS and SLOW_ROUNDS
# (default 5) are the runs behind each median; the slow ones, built-ins over 1,000-row frames, take a
# minute or more each.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -v slow_rounds="${SLOW_ROUNDS:-5}" \
	-f test/bench/windows.sql postgres
