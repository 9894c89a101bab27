#!/usr/bin/env bash
# The speed and memory of `crossproof compare`, beside diffoscope 332 on the same inputs in the same run.
#
#     cargo build --release && harness/suite/benches/peers.sh [ROW…]
#
# Rows: identical elf deb so tar dwarf trees growth; all of them without arguments. Wants Debian with gcc, make,
# zlib1g-dev, python3-venv, libarchive13, xz-utils, zstd and binutils-multiarch. Inputs (7 GB) are made once, in
# $CROSSPROOF_BENCH, by default below the user's cache folder: git built twice under two paths, Debian packages
# downloaded by apt, and files of seeded noise. $RUNS (5) and $PEER_RUNS (3) say how often each command is run,
# after one that is not counted; figures are medians. PEER_RUNS=0 leaves diffoscope out. $CROSSPROOF names the program to measure.
set -euo pipefail
cd "$(dirname "$0")/../../.."
here=$PWD
program=$(realpath "${CROSSPROOF:-target/release/crossproof}")
inputs=${CROSSPROOF_BENCH:-${XDG_CACHE_HOME:-$HOME/.cache}/crossproof-bench}
runs=${RUNS:-5} peer_runs=${PEER_RUNS:-3}
mkdir -p "$inputs"
cd "$inputs"
say() { printf '%s\n' "$*" >&2; }

# ---- measuring: medians of wall time and, in brackets, processor time, and of the most memory that is not a mapped file ----
cat > measure.py <<'PY'
import os, statistics, subprocess, sys, time

def once(argv, limit):
    before, start = os.times(), time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    private = 0
    while child.poll() is None:
        try:
            with open(f"/proc/{child.pid}/status") as status:
                for line in status:
                    if line.startswith("RssAnon:"):
                        private = max(private, int(line.split()[1]))
        except OSError:
            pass
        if time.monotonic() - start > limit:
            child.kill()
            child.wait()
            return None
        time.sleep(0.002)
    wall, after = time.monotonic() - start, os.times()
    if child.returncode not in (0, 1):
        sys.exit(f"exit status {child.returncode}: {argv}")
    cpu = sum(after[2:4]) - sum(before[2:4])
    return wall, cpu, private / 1024

count, limit, argv = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
taken = []
for run in range(count + 1):
    one = once(argv, limit)
    if one is None:
        print(f"{limit:.3f} {limit:.3f} 0 over")
        sys.exit()
    # The first brings the files into memory, and is counted only if it takes so long that this is nothing.
    if run or one[0] > 10:
        taken.append(one)
    if len(taken) == count:
        break
print(*(f"{statistics.median(column):.3f}" for column in zip(*taken)), "done")
PY
ours() { python3 measure.py "$runs" 600 "$program" compare --output /dev/null "$@"; }
theirs() { [ "$peer_runs" = 0 ] && { echo "- - - done"; return; }; python3 measure.py "$peer_runs" 1200 venv/bin/diffoscope --no-progress --text /dev/null "$@"; }

table=$inputs/table.md
printf '| work | crossproof | memory | diffoscope | ratio |\n| --- | --- | --- | --- | --- |\n' > "$table"
row() { # WHAT OURS [THEIRS]; the ratio is that of wall times, and in brackets that of processor times
  local wall cpu memory state other othercpu
  [ -n "$2" ] && [ -n "${3-x}" ] || { say "no figure: $1"; exit 1; }
  read -r wall cpu memory state <<< "$2"
  read -r other othercpu _ state <<< "${3:-- - - done}"
  awk -v what="$1" -v w="$wall" -v c="$cpu" -v m="$memory" -v o="$other" -v p="$othercpu" -v s="$state" 'BEGIN {
    printf "| %s | %.3f s (%.3f s) | %.0f MB | ", what, w, c, m
    more = (s == "over") ? "over " : ""
    if (o == "-") printf "– | – |\n"
    else printf "%s%.1f s (%.1f s) | %s%.0f × (%.0f ×) |\n", more, o, p, more, o / w, (c > 0) ? p / c : 0 }' | tee -a "$table"
}
mb() { du -cbL "$@" | awk 'END {printf "%.1f", $1 / 1e6}'; }

# ---- inputs ----
apt_from() { # SUITE ARGUMENTS…: apt with a state of its own, from the mirror of the machine's apt
  local suite=$1 state=$inputs/apt/$1; shift
  local options=(-o "Dir::State=$state" -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache"
    -o "Dir::Etc::SourceList=$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o APT::Architectures::=arm64 -o APT::Sandbox::User=root)
  if [ ! -f "$state/sources.list" ]; then
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
    : > "$state/status"
    local mirror
    mirror=${CROSSPROOF_MIRROR:-$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)}
    local key=/usr/share/keyrings/debian-archive-keyring.gpg
    printf 'deb [signed-by=%s] %s %s main\ndeb-src [signed-by=%s] %s %s main\n' $key "$mirror" "$suite" $key "$mirror" "$suite" > "$state/new"
    mv "$state/new" "$state/sources.list"
    apt-get "${options[@]}" -qq update
  fi
  apt-get "${options[@]}" -qq "$@"
}
# FILE MEGABYTES: noise that no compression shortens, the same every time.
noise() { python3 -c 'import random,sys; r=random.Random(1)
for _ in range(int(sys.argv[1])): sys.stdout.buffer.write(r.randbytes(10**6))' "$2" > "$1"; }
# FILE OFFSET: changes the byte there.
flip() { python3 -c 'import sys; f=open(sys.argv[1],"r+b"); f.seek(int(sys.argv[2])); b=f.read(1)[0]; f.seek(-1,1); f.write(bytes([b^1]))' "$1" "$2"; }
# FILE NEW-FILE NUMBER: a copy whose build-id holds the number.
other_id() { cp "$1" "$2"; local at; at=$(readelf -SW "$1" | sed -n 's/.*\.note\.gnu\.build-id *NOTE *[0-9a-f]* \([0-9a-f]*\).*/\1/p'); flip "$2" $((0x$at + 16 + $3 % 20)); }

make_peer() { [ -x venv/bin/diffoscope ] || { python3 -m venv venv && venv/bin/pip install -q diffoscope==332 defusedxml; }; venv/bin/diffoscope --version >&2; }
make_git() {
  [ -f git/done ] && return
  say 'building git twice'
  mkdir -p git && (cd git && apt_from bookworm source --download-only git)
  for place in one another-prefix; do
    mkdir -p "$place/git" && tar xf git/git_*.orig.tar.* -C "$place/git" --strip-components=1
    make -C "$place/git" -j"$(nproc)" CFLAGS='-g -O2' NO_OPENSSL=1 NO_CURL=1 NO_EXPAT=1 NO_GETTEXT=1 NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1 git > git/log 2>&1
    cp "$place/git/git" "git/$place"
  done
  touch git/done
}
make_llvm() {
  [ -f llvm/done ] && return
  mkdir -p llvm && (cd llvm && apt_from bookworm download libllvm14 && dpkg-deb -x libllvm14_*.deb x)
  cp llvm/x/usr/lib/*/libLLVM-14.so.1 llvm/one.so
  other_id llvm/one.so llvm/other.so 1
  touch llvm/done
}
make_debs() {
  [ -f debs/done ] && return
  mkdir -p debs && (cd debs && apt_from trixie download libgomp1:arm64 libgomp1-arm64-cross libgfortran5:arm64 libgfortran5-arm64-cross)
  # The cross package has its files elsewhere, and diffoscope would pair none: packed again with the native paths.
  for name in libgomp1 libgfortran5; do
    dpkg-deb -R debs/$name-arm64-cross_*.deb "debs/$name"
    mkdir -p "debs/$name/usr/lib" && mv "debs/$name/usr/aarch64-linux-gnu/lib" "debs/$name/usr/lib/aarch64-linux-gnu"
    rmdir "debs/$name/usr/aarch64-linux-gnu"
    dpkg-deb --root-owner-group -b "debs/$name" "debs/$name-cross.deb" > /dev/null
  done
  touch debs/done
}
make_tars() { # noise in files of 1 MB: 4, 39 and 391 MB
  [ -f tars/done ] && return
  mkdir -p tars/files && noise tars/all 391 && (cd tars/files && split -b 1000000 -a 3 -d ../all f) && rm tars/all
  for size in 391 39 4; do
    (cd tars/files && find . -name 'f*' | sort | head -n $size | tar cf "../$size.tar" --no-recursion --mtime=@0 --owner=0 --group=0 --numeric-owner -T -)
    cp "tars/$size.tar" "tars/$size-other.tar" && flip "tars/$size-other.tar" $((size * 700000))
  done
  rm -r tars/files && touch tars/done
}
make_trees() { # a gigabyte a side: shared objects with other build-ids; programs with debug information from another path
  [ -f trees/done ] && return
  make_llvm; make_git
  mkdir -p trees/{plain,debug,same}/{a,b}
  for n in $(seq 9); do cp llvm/one.so "trees/plain/a/$n.so"; other_id llvm/one.so "trees/plain/b/$n.so" "$n"; done
  for n in $(seq 60); do cp git/one "trees/debug/a/git$n"; cp git/another-prefix "trees/debug/b/git$n"; done
  for n in $(seq 9); do cp llvm/one.so "trees/same/a/$n.so"; cp llvm/one.so "trees/same/b/$n.so"; done
  touch trees/done
}
make_many() { # COUNT: small texts, a hundred to a folder, one in ten different
  [ -f "many/$1/done" ] && return
  python3 - "$1" <<'PY'
import os, sys
count = int(sys.argv[1])
for side in "ab":
    for n in range(count):
        folder = f"many/{count}/{side}/{n // 100}"
        if n % 100 == 0:
            os.makedirs(folder)
        with open(f"{folder}/{n}.txt", "w") as f:
            for line in range(20):
                f.write(f"{n} {line} {side if n % 10 == 0 and line == 9 else '-'}\n")
PY
  touch "many/$1/done"
}

map=(--map "$inputs/another-prefix=$inputs/one")

# ---- rows ----
identical() {
  make_trees
  row "an identical file, 2 × $(mb llvm/one.so) MB" "$(ours llvm/one.so trees/same/a/1.so)" "$(theirs llvm/one.so trees/same/a/1.so)"
  row "identical trees, 2 × $(mb trees/same/a) MB" "$(ours trees/same/a trees/same/b)" "$(theirs trees/same/a trees/same/b)"
}
elf() {
  make_git
  local peer; peer=$(theirs git/one git/another-prefix)
  row "git with debug information, $(mb git/one) MB, path prefix and build-id different, \`--map\`" "$(ours "${map[@]}" git/one git/another-prefix)" "$peer"
  row "the same without \`--map\`: every path is a difference" "$(ours git/one git/another-prefix)" "$peer"
}
deb() {
  make_debs
  for name in libgomp1 libgfortran5; do
    local pair=(debs/${name}_*_arm64.deb debs/$name-cross.deb)
    row "$name, native and cross .deb for arm64, code different" "$(ours "${pair[@]}")" "$(theirs "${pair[@]}")"
  done
}
so() { make_llvm; row "a shared object of $(mb llvm/one.so) MB, only the build-id different" "$(ours llvm/one.so llvm/other.so)" "$(theirs llvm/one.so llvm/other.so)"; }
tar_() { make_tars; row "a tar of 391 MB, one byte changed" "$(ours tars/391.tar tars/391-other.tar)" "$(theirs tars/391.tar tars/391-other.tar)"; }
dwarf() { # sixty programs: processor time is counted in hundredths of a second
  make_trees
  local taken cpu bytes
  taken=$(ours "${map[@]}" trees/debug/a trees/debug/b)
  read -r _ cpu _ <<< "$taken"
  bytes=$(for f in git/one git/another-prefix; do readelf -SW $f; done | sed -n 's/.*\] \.debug_[a-z_]* *PROGBITS *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p' | while read -r n; do echo $((16#$n)); done | awk '{s += $1} END {print 60 * s}')
  awk -v b="$bytes" -v c="$cpu" 'BEGIN {printf "| DWARF under a path map: %.0f MB of debug sections (both sides) in %.2f s of processor time, the program'"'"'s start and all other sections included | %.0f MB/s per core | | | |\n", b / 1e6, c, b / 1e6 / c}' | tee -a "$table"
}
trees() {
  make_trees
  row "two trees of $(mb trees/plain/a) MB, 9 shared objects, build-ids different" "$(ours trees/plain/a trees/plain/b)"
  row "two trees of $(mb trees/debug/a) MB, 60 programs, debug information of another path, \`--map\`" "$(ours "${map[@]}" trees/debug/a trees/debug/b)"
  row 'the same without `--map`' "$(ours trees/debug/a trees/debug/b)"
}
growth() {
  make_tars; make_trees
  for size in 4 39 391; do row "growth in size: a tar of $size MB, one byte changed" "$(ours tars/$size.tar tars/$size-other.tar)"; done
  for count in 1 6 60; do
    rm -rf grown && mkdir -p grown/a grown/b
    for n in $(seq $count); do ln "trees/debug/a/git$n" grown/a/ && ln "trees/debug/b/git$n" grown/b/; done
    row "growth in size: $count programs with debug information, 2 × $(mb grown/a) MB" "$(ours "${map[@]}" grown/a grown/b)"
  done
  for count in 1000 10000 100000; do make_many $count; row "growth in number: 2 × $count texts, one in ten different" "$(ours many/$count/a many/$count/b)"; done
}

wanted=${*:-identical elf deb so tar dwarf trees growth}
[ "$peer_runs" = 0 ] || make_peer
say "$(nproc) processors, $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg), $("$program" --version), $(cd "$here" && git rev-parse --short HEAD 2> /dev/null || true)"
for one in $wanted; do
  case $one in tar) tar_ ;; identical|elf|deb|so|dwarf|trees|growth) $one ;; *) say "no such row: $one"; exit 2 ;; esac
done
say "written to $table"
