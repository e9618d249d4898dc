#!/bin/sh
# every_window.sh: every aggregate with a moving form: what a row costs at 10,000 rows a frame to what
# it costs at 100, and to count(*) over the same frame.  ROUNDS (default 5) are the runs behind each
# median, ROWS (default 300000) the rows of the table.
set -eu

SERVER=bench SETTINGS="shared_buffers=512MB jit=off autovacuum=off" exec test/server.sh run \
	psql -X -q -v rounds="${ROUNDS:-5}" -v rows="${ROWS:-300000}" -f test/bench/every_window.sql postgres
