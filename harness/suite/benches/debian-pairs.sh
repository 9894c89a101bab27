#!/usr/bin/env bash
# Twelve packages of GCC's and the C library's run-time files, native against cross: downloaded, compared, tabled.
#
#     cargo build --release && harness/suite/benches/debian-pairs.sh > docs/debian-pairs.table.md
#
# Debian builds each twice from the same source: natively (libgcc-s1:arm64) and with the cross compilers, as a package
# for all machines (libgcc-s1-arm64-cross). Wants apt, python3 and a mirror of trixie. Packages are kept in
# $CROSSPROOF_BENCH, by default below the user's cache folder, the reports beside them as *.json. $CROSSPROOF names the program.
set -euo pipefail
cd "$(dirname "$0")/../../.."
program=$(realpath "${CROSSPROOF:-target/release/crossproof}")
inputs=${CROSSPROOF_BENCH:-${XDG_CACHE_HOME:-$HOME/.cache}/crossproof-bench}/pairs
mkdir -p "$inputs"
cd "$inputs"
state=$inputs/apt
options=(-o "Dir::State=$state" -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache"
  -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o APT::Architectures::=arm64 -o APT::Architectures::=armhf -o APT::Sandbox::User=root)
if [ ! -f "$state/sources.list" ]; then
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  : > "$state/status"
  mirror=${CROSSPROOF_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)}
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s trixie main\n' "$mirror" > "$state/new"
  mv "$state/new" "$state/sources.list"
  apt-get "${options[@]}" -qq update
fi
fetch() { compgen -G "$2" > /dev/null || apt-get "${options[@]}" -qq download "$1" 2> /dev/null; }

printf '| package | level | files that differ | functions | differences | bytes compared | likely cause |\n| --- | --- | --- | --- | --- | --- | --- |\n'
packages=(libstdc++6 libgcc-s1 libgomp1 libatomic1 libitm1 libgfortran5 libobjc4 libubsan1
  libstdc++-14-dev libgcc-14-dev libgo23 libc6-dev)
for package in "${packages[@]}"; do
  for machine in arm64:aarch64-linux-gnu armhf:arm-linux-gnueabihf; do
    triple=${machine#*:} machine=${machine%%:*}
    # A package may not exist for a machine: the row says so.
    fetch "$package:$machine" "${package}_*_$machine.deb" || { printf '| %s, %s | no native package | | | | | |\n' "$package" "$machine"; continue; }
    fetch "$package-$machine-cross" "$package-$machine-cross_*.deb" || { printf '| %s, %s | no cross package | | | | | |\n' "$package" "$machine"; continue; }
    native=$(ls "${package}"_*_"$machine".deb) cross=$(ls "$package-$machine-cross"_*.deb)
    for side in "$native" "$cross"; do
      [ -d "${side%.deb}" ] || dpkg-deb -x "$side" "${side%.deb}"
    done
    status=0
    "$program" compare "${native%.deb}" "${cross%.deb}" --format json --output "$package-$machine.json" \
      --map "/usr/$triple/lib=/usr/lib/$triple" --map "/usr/lib/gcc-cross/$triple=/usr/lib/gcc/$triple" \
      --map "/usr/$triple/include=/usr/include" --map "/usr/$triple/include=/usr/include/$triple" 2> /dev/null || status=$?
    [ "$status" -le 1 ] || exit "$status"
    python3 - "$package, $machine" "$package-$machine.json" <<'PY'
import json, sys
from collections import Counter
name, path = sys.argv[1:]
report = json.load(open(path))
comparison = report["comparison"]
files = comparison["files"].values()
open_ = [d for d in comparison["differences"] if not d.get("settled_by")]
kinds = Counter(d["key"] for d in open_)
functions = Counter()
for file in files:
    functions.update(file.get("functions") or {})
told = f"{functions['same']:,} same, {functions['changed']:,} changed, {functions['only_left']:,} only native, {functions['only_right']:,} only cross" if functions else "–"
differ = sum(1 for f in files if f["raw"]["left"] != f["raw"]["right"])
coverage = comparison["coverage"]
ruled = sum(coverage["ruled"].values())
causes = report.get("causes") or []
cause = causes[0]["sentence"] if causes else "–"
most = ", ".join(f"{count} `{key}`" for key, count in kinds.most_common(6)) or "–"
if len(kinds) > 6: most += f" and {len(kinds) - 6} kinds more"
print(f"| {name} | `{report['level'] or 'undecided'}` | {differ} of {len(files)} | {told} | {most} | {coverage['exact']:,} exactly, {ruled:,} through rules, {coverage['uncovered']:,} not | {cause} |")
PY
  done
done
