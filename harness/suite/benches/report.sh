#!/usr/bin/env bash
# The time, memory and size of `crossproof report` on 10,000 files, every one with differences: in one result, in
# 500, and each in its own.
#
#     harness/suite/benches/report.sh
#
# $RUNS (5) says how often each is run; figures are medians.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cargo build --release -p crossproof-suite --bins --examples
programs=${CARGO_TARGET_DIR:-target}/release
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for shape in "1 10000" "500 20" "10000 1"; do
    read -r results files <<< "$shape"
    "$programs/examples/large_report" "$results" "$files" > "$folder/report.json"
    python3 - "$programs/crossproof" "$folder" "${RUNS:-5}" "$results × $files" <<'PY'
import os, resource, statistics, subprocess, sys, time

program, folder, runs, shape = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
walls = []
for _ in range(runs):
    start = time.monotonic()
    subprocess.run([program, "report", folder, "--quiet"], check=True)
    walls.append(time.monotonic() - start)
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
sizes = [os.path.getsize(f"{folder}/{name}") / 1e6 for name in ("report.json", "report.html")]
print(f"{shape} files: {statistics.median(walls):.2f} s, {most:.0f} MB of memory, report.json {sizes[0]:.1f} MB, page {sizes[1]:.1f} MB")
PY
done
