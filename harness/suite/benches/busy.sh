#!/bin/sh
# How busy `crossproof measure` keeps the processors while packages are left to build: harness/suite/benches/busy.sh LIST [SECONDS]
# LIST is a list of packages long enough for SECONDS (420); CROSSPROOF_STORE should have no legs of theirs. Idle is what
# /proc/stat calls idle and iowait, of all processors; nothing else should run.
set -eu
list=$1 seconds=${2:-420}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cargo build --release --quiet
taken() { awk '/^cpu /{ all = 0; for (i = 2; i <= 9; i++) all += $i; print all, $5 + $6 }' /proc/stat; }
program=${CARGO_TARGET_DIR:-target}/release/crossproof
before=$(taken)
timeout -s INT "$seconds" "$program" measure --quiet --packages "$list" --target aarch64 -o "$out" > "$out/summary" || [ $? = 124 ]
echo "$before $(taken)" | awk '{ printf "%.1f %% busy\n", 100 * (1 - ($4 - $2) / ($3 - $1)) }'
