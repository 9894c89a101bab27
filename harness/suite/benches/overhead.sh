#!/usr/bin/env bash
# What the harness adds to a leg: zlib's cross leg for aarch64, through the harness and by hand.
#
# Both use the same root, the same sources, the same bubblewrap and the same one processor; the harness adds its walls. "Through the
# harness" is a whole `run` in which only that leg is missing, less a `run` in which nothing is; "by hand"
# is one bubblewrap with the phases' commands, and a copy of the sources before. Ten of each, in turn.
#
#     cargo build --release && harness/suite/benches/overhead.sh [COUNT]
set -euo pipefail
cd "$(dirname "$0")/../../.."
count=${1:-10}
program=target/release/crossproof
store=${CROSSPROOF_STORE:-${XDG_CACHE_HOME:-$HOME/.cache}/crossproof}
run() { "$program" run zlib --target aarch64 --quiet > "$work/report.txt" || true; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run
cross_legs() { # the entries of the cross leg and its control: those whose program carries a package note
  for leg in "$store"/legs/*/; do
    product=$leg/tree/usr/bin/minigzip
    if [ -f "$product" ] && [ -d "$leg/tree/usr/lib/aarch64-linux-gnu" ] && grep -qa '"type":"deb"' "$product"; then
      echo "$leg"
    fi
  done
}
[ -n "$(cross_legs)" ] || { echo "no cross leg of zlib in $store" >&2; exit 1; }
root=$store/roots/$("$program" roots list --quiet | awk '$1 == "aarch64" && $2 == "cross" && / zlib( |$)/ {print $3}')*
root=$(echo $root)
source=$(dirname "$(find "$store"/sources -maxdepth 3 -name zlib.h | head -n 1)")
tools=$(echo "$store"/tools/*)

by_hand() {
  rm -rf "$work/build" && mkdir -p "$work/build/dest" "$work/build/home" "$work/tmp"
  cp -a "$source" "$work/build/source"
  (cd "$tools" && env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/build/home LANG=C.UTF-8 LC_ALL=C.UTF-8 TZ=UTC \
    SOURCE_DATE_EPOCH=1735689600 MAKEFLAGS=-j1 CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar \
    RANLIB=aarch64-linux-gnu-ranlib CFLAGS='-O2 -g' DESTDIR=/build/dest CHOST=aarch64-linux-gnu \
    taskset -c 0 usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 --library-path usr/lib/x86_64-linux-gnu usr/bin/bwrap \
    --unshare-user --unshare-pid --unshare-net --unshare-ipc --unshare-uts --die-with-parent --uid 1000 --gid 1000 \
    --ro-bind "$root" / --proc /proc --dev /dev --bind "$work/build" /build --bind "$work/tmp" /tmp --chdir /build/source \
    /bin/sh -e -c './configure --prefix=/usr --libdir=/usr/lib/aarch64-linux-gnu
      make libz.a libz.so.1.3.1 minigzip minigzipsh
      make install DESTDIR="$DESTDIR"
      install -D -m 0755 minigzipsh "$DESTDIR/usr/bin/minigzip"
      install -D -m 0755 minigzip "$DESTDIR/usr/bin/minigzip-static"') > "$work/hand.log" 2>&1
}
seconds() { local start=$EPOCHREALTIME; "$@"; awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.3f\n", b - a}'; }
median() { sort -n | awk '{v[NR] = $1} END {print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'; }

for _ in $(seq "$count"); do
  seconds by_hand >> "$work/hand"
  cross_legs | xargs rm -rf
  seconds run >> "$work/leg"
  seconds run >> "$work/nothing"
done
hand=$(median < "$work/hand") leg_run=$(median < "$work/leg") nothing=$(median < "$work/nothing")
awk -v h="$hand" -v l="$leg_run" -v n="$nothing" -v c="$count" 'BEGIN {
  printf "medians of %d: by hand %.3f s; run with the leg missing %.3f s; run with nothing missing %.3f s\n", c, h, l, n
  printf "the leg through the harness: %.3f s, %.3f times by hand, %+.0f ms\n", l - n, (l - n) / h, (l - n - h) * 1000 }'
