#!/bin/sh
# time_windows.sh: the aggregates over order and time in moving frames: what a row costs at 10,000
# rows a frame to what it costs at 100, and to count(*) over the same frame.  ROUNDS (default 5) are
# the runs behind each median.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -f test/bench/time_windows.sql postgres
