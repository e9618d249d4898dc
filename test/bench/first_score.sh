#!/bin/sh
# first_score.sh: what the first score of a fresh connection costs.  CONNECTIONS (default 20) is the
# number behind each median.
set -eu

SERVER=bench SETTINGS="jit=off autovacuum=off" exec test/server.sh run perl test/bench/first_score.pl
