#!/bin/sh
# by_name.sh: what scoring with a registered model costs: one row, a trigger, the first score of a fresh
# connection.  ROUNDS (default 101) is the number of short runs behind each median.
set -eu

SERVER=bench SETTINGS="jit=off autovacuum=off synchronous_commit=off" exec test/server.sh run perl test/bench/by_name.pl
