#!/usr/bin/env bash
# Pairs that differ in the order of their functions alone: each program linked by lld, once as it comes and twice shuffled.
#
#     harness/inspect/benches/shuffled.sh SOURCES FOLDER     # SOURCES: unpacked Debian sources, as `apt-get source` leaves them
#
# Ten programs × aarch64 and armv7 × gcc and clang × position-independent, shared, RELR, fixed addresses, static × two shuffles × with
# symbols and stripped: 800 pairs. Prints LEFT RIGHT SYMBOLS of each, a line a pair; SYMBOLS is RIGHT before it was stripped.
set -euo pipefail
sources=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)

program() { # NAME: its flags and C files
  local at
  case $1 in
    ed) at=$(echo "$sources"/ed-*/); echo "-DPROGVERSION=\"1\" $(echo "$at"*.c)" ;;
    cjson) at=$(echo "$sources"/cjson-*/); echo "-I$at ${at}cJSON.c ${at}cJSON_Utils.c ${at}test.c -lm" ;;
    xxhash) at=$(echo "$sources"/xxhash-*/); echo "-I$at -I${at}cli ${at}xxhash.c $(echo "$at"cli/*.c)" ;;
    lua) at=$(echo "$sources"/lua5.4-*/src); echo "-I$at -I$out $(find "$at" -name '*.c' ! -name luac.c ! -name onelua.c ! -name ltests.c | sort | xargs) -lm" ;;
    bzip2) at=$(echo "$sources"/bzip2-*/); echo "$(for f in blocksort huffman crctable randtable compress decompress bzlib bzip2; do echo "$at$f.c"; done | xargs)" ;;
    minigzip) at=$(echo "$sources"/zlib-*/); echo "-D_LARGEFILE64_SOURCE=1 -DHAVE_UNISTD_H -I$at $(echo "$at"*.c) ${at}test/minigzip.c" ;;
    tree) at=$(echo "$sources"/tree-*/); echo "-DLINUX -D_FILE_OFFSET_BITS=64 $(echo "$at"*.c)" ;;
    lz4) at=$(echo "$sources"/lz4-*/); echo "-I${at}lib $(echo "$at"lib/*.c "$at"programs/*.c)" ;;
    figlet) at=$(echo "$sources"/figlet-*/); echo "-DTLF_FONTS -DDEFAULTFONTDIR=\"f\" -DDEFAULTFONTFILE=\"f\" -I$at ${at}figlet.c ${at}zipio.c ${at}crc.c ${at}inflate.c ${at}utf8.c" ;;
    switches) echo "$out/switches.c" ;;
    *) echo "no program $1" >&2; return 1 ;;
  esac
}

# Debian's Lua asks for it; its package makes it.
echo '#define DEB_HOST_MULTIARCH ""' > "$out/lua5.4-deb-multiarch.h"

# What compilers make of tables: jumps, constructors, functions, thread-local data.
cat > "$out/switches.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
static __thread int depth = 3;
static int first(int x) { depth += x; return x * 7 + depth; }
static int second(int x) { return x / 3 - depth; }
static int third(int x) { return x ^ (depth << 2); }
static int (*const table[])(int) = {first, second, third, second};
__attribute__((noinline)) static const char *name(int x) {
  switch (x) { case 0: return "zero"; case 1: return "one"; case 2: return "two"; case 3: return "three"; case 4: return "four"; case 5: return "five"; default: return "many"; }
}
__attribute__((noinline)) static int run(const char *code) {
  int a = 0;
  for (;; code++) switch (*code) {
    case 'a': a += 3; break; case 'b': a = first(a); break; case 'c': a -= 2; break; case 'd': a = table[a & 3](a); break;
    case 'e': puts(name(a & 7)); break; case 'f': a <<= 1; break; case 'g': printf("%d\n", a); break; case 0: return a; default: abort();
  }
}
__attribute__((constructor)) static void begin(void) { puts("begin"); }
__attribute__((destructor)) static void end(void) { puts("end"); }
int main(int argc, char **argv) { return run(argc > 1 ? argv[1] : "abcdefgabdeg") & 63; }
C

kind() { # NAME: its flags
  case $1 in
    pie) echo "-fPIE -pie" ;;
    shared) echo "-fPIC -shared" ;;
    relr) echo "-fPIE -pie -Wl,--pack-dyn-relocs=relr" ;;
    fixed) echo "-fno-pie -no-pie" ;;
    static) echo "-fno-pie -static" ;;
  esac
}

one() { # PROGRAM ARCH COMPILER KIND
  local gnu what how name=$1-$2-$3-$4
  case $2 in aarch64) gnu=aarch64-linux-gnu ;; armv7) gnu=arm-linux-gnueabihf ;; esac
  local compile=("$gnu-gcc")
  [ "$3" = gcc ] || compile=(clang "--target=$gnu")
  what=$(program "$1") how=$(kind "$4")
  # gcc for other machines does not find lld; clang does.
  local objects=$out/$name.objects
  rm -rf "$objects" && mkdir "$objects"
  # shellcheck disable=SC2086
  (cd "$objects" && "${compile[@]}" -O2 -w -ffunction-sections ${how%% *} -c ${what//-lm/}) || return
  link() { clang --target="$gnu" -w -fuse-ld=lld -Wl,--build-id=none ${how#* } "$@" "$objects"/*.o -lm; }
  link -o "$out/$name.left" || return
  # Functions alone: data keep their order.
  readelf -sW "$out/$name.left" | awk '$4 == "FUNC" && $7 != "UND" {print $8}' | sort -u > "$out/$name.names"
  "$gnu-strip" -o "$out/$name.left.stripped" "$out/$name.left"
  for shuffle in 1 2; do
    local right=$out/$name.right.$shuffle
    shuf --random-source=<(yes "$name $shuffle" 2> /dev/null) "$out/$name.names" > "$out/$name.order"
    link -Wl,--no-warn-symbol-ordering -Wl,--symbol-ordering-file="$out/$name.order" -o "$right" || return
    "$gnu-strip" -o "$right.stripped" "$right"
    echo "$out/$name.left $right $right"
    echo "$out/$name.left.stripped $right.stripped $right"
  done
  rm -r "$objects" "$out/$name".{names,order}
}

for program in ${PROGRAMS:-ed cjson xxhash lua bzip2 minigzip tree lz4 figlet switches}; do
  for arch in aarch64 armv7; do
    for compiler in gcc clang; do
      for kind in pie shared relr fixed static; do
        one "$program" "$arch" "$compiler" "$kind" || echo "$program-$arch-$compiler-$kind: not built" >&2
      done
    done
  done
done
