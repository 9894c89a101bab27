#!/usr/bin/env bash
# The time of `crossproof gate` over 1,000 recorded verdicts of ten files each, and of `attest` and `verify` of an
# artifact of 1,000 files, which is built for it.
#
#     harness/suite/benches/gate.sh
#
# $RUNS (10) says how often each is run; figures are medians.
set -euo pipefail
cd "$(dirname "$0")/../../.."
cargo build --release -p crossproof-suite --bins --examples
programs=$(realpath "${CARGO_TARGET_DIR:-target}")/release
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"/{verdicts,golden,cases/many/src}
"$programs/examples/large_report" 1000 10 > "$folder/verdicts/report.json"
cp -r emulators "$folder"
cd "$folder"
touch cases/many/src/nothing
cat > cases/many/case.yaml <<'YAML'
version: 1
summary: a thousand files
targets: [aarch64]
source: {dir: src}
build:
  system: script
  steps:
    build: "true"
    install: |
      mkdir -p $DESTDIR/usr/share/many
      for number in $(seq 1000); do echo $number > $DESTDIR/usr/share/many/$number; done
YAML
printf 'version: 1\ndefault: {behaviour: any}\n' > policy.yaml
export CROSSPROOF_PASSPHRASE=bench
"$programs/crossproof" key new key > key.said
# Without a golden it exits with 1; what the gate asks is there.
"$programs/crossproof" run many --controls --report made > made.said || [ $? = 1 ]
leg=$(python3 -c 'import json; print(json.load(open("made/report.json"))["trials"][0]["judgement"]["decided"]["provenance"]["legs"]["cross"])')
cp -a "${CROSSPROOF_STORE:-${XDG_CACHE_HOME:-$HOME/.cache}/crossproof}/legs/$leg/tree" tree
python3 - "$programs/crossproof" "${RUNS:-10}" <<'PY'
import statistics, subprocess, sys, time

program, runs = sys.argv[1], int(sys.argv[2])


def measure(what, *arguments):
    walls = []
    for _ in range(runs):
        start = time.monotonic()
        ended = subprocess.run([program, *arguments], stdout=subprocess.DEVNULL)
        walls.append(time.monotonic() - start)
        # What is refused is decided, too.
        assert ended.returncode in (0, 1), f"{what}: exit {ended.returncode}"
    print(f"{what}: {statistics.median(walls):.3f} s")


policy = ["--policy", "policy.yaml"]
measure("gate over 1,000 verdicts", "gate", *policy, "--report", "verdicts", "--trust-report")
measure("attest 1,000 subjects", "attest", *policy, "--report", "made", "--key", "key.key", "-o", "said")
measure("verify 1,000 subjects", "verify", "--key", "key.pub", "tree", "said/many.aarch64.intoto.jsonl")
PY
