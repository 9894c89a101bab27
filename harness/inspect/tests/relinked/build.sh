#!/usr/bin/env bash
# Makes the pairs of this folder anew: build.sh, on Debian with gcc-aarch64-linux-gnu, gcc-arm-linux-gnueabihf,
# qemu-user, xz-utils. For each kind and target three programs: `a`; `b`, the same objects linked in a different order,
# which is `layout`; and `c`, linked as `b` is, with one thing changed that the program prints. The script checks under
# qemu that a and b print the same, and c does not.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

# What moves: functions of sizes that differ, in files of their own. They share one variable, so that no data move:
# of two variables side by side nothing tells the address of one from the end of the other.
echo 'volatile int sink;' >"$work/sink.c"
for n in 1 2 3; do
  printf 'extern volatile int sink;\nvoid filler%s(void) { for (int i = 0; i < %s; i++) sink += i; %s}\n' \
    $n $((n * 7)) "$(for ((i = 0; i < n; i++)); do printf 'sink ^= %d; ' $((i + n * 3)); done)" >"$work/f$n.c"
done

source_of() { # KIND CHANGED
  case $1 in
  constructors)
    [ "$2" = 0 ] && set -- one two || set -- two one
    cat <<C
int puts(const char *);
__attribute__((constructor(101))) static void first(void) { puts("$1"); }
__attribute__((constructor(102))) static void second(void) { puts("$2"); }
int main(void) { return 0; }
C
    ;;
  table)
    [ "$2" = 0 ] && set -- 'x, &y' || set -- 'y, &x'
    cat <<C
int printf(const char *, ...);
int x = 1, y = 2;
int *table[2] = {&$1};
int main(void) { printf("%d %d\n", *table[0], *table[1]); return 0; }
C
    ;;
  strings)
    [ "$2" = 0 ] && set -- one two || set -- two one
    cat <<C
int puts(const char *);
const char *const names[2] = {"$1", "$2"};
int main(void) { for (volatile int i = 0; i < 2; i++) puts(names[i]); return 0; }
C
    ;;
  nameless)
    # Two functions of one size and shape: only a constant tells them apart.
    [ "$2" = 0 ] && set -- 3 5 || set -- 5 3
    cat <<C
int printf(const char *, ...);
__attribute__((noinline)) static int left(int n) { return n * $1 + 1; }
__attribute__((noinline)) static int right(int n) { return n * $2 + 1; }
int main(int n, char **v) { printf("%d %d\n", left(n), right(n)); return 0; }
C
    ;;
  calls)
    # The two are the same; which of them is called where is not.
    [ "$2" = 0 ] && set -- up down || set -- down up
    cat <<C
int printf(const char *, ...);
__attribute__((noinline)) static int up(int n) { return n * 3 + 1; }
__attribute__((noinline)) static int down(int n) { return n * 7 - 1; }
__attribute__((noinline)) int one(int n) { return $1(n) + 1; }
__attribute__((noinline)) int two(int n) { return $2(n) + 2; }
int main(int n, char **v) { printf("%d %d\n", one(n), two(n)); return 0; }
C
    ;;
  differences)
    # A table without relocations: how far each function is from the table.
    [ "$2" = 0 ] && set -- 3 5 || set -- 5 3
    cat <<C
int printf(const char *, ...);
__attribute__((noinline, used)) static int left(int n) { return n * $1 + 1; }
__attribute__((noinline, used)) static int right(int n) { return n * $2 + 1; }
__asm__(".pushsection .rodata\n.balign 4\ntable: .word left - table, right - table\n.popsection");
extern const int table[2] __attribute__((visibility("hidden")));
int main(int n, char **v) {
  for (volatile int i = 0; i < 2; i++) {
    const char *base = (const char *)table;
    __asm__("" : "+r"(base));
    printf("%d\\n", ((int (*)(int))(base + table[i]))(n));
  }
  return 0;
}
C
    ;;
  tails)
    # Two constants, each read in two halves: whose second half is whose.
    [ "$2" = 0 ] && set -- '3, 4' '7, 8' || set -- '7, 8' '3, 4'
    cat <<C
int printf(const char *, ...);
const volatile int one[4] = {1, 2, $1}, two[4] = {5, 6, $2};
int main(void) { printf("%d %d\n", one[0] * one[2], two[0] * two[2]); return 0; }
C
    ;;
  switch)
    [ "$2" = 0 ] && set -- 2 4 || set -- 4 2
    cat <<C
int puts(const char *);
int main(int n, char **v) {
  for (volatile int i = 0; i < 7; i++)
    switch (i) {
    case 0: puts("zero"); break;
    case 1: puts("one"); break;
    case $1: puts("two"); break;
    case 3: puts("three"); break;
    case $2: puts("four"); break;
    case 5: puts("five"); break;
    default: puts("many");
    }
  return 0;
}
C
    ;;
  esac
}

link() { # OUT TARGET FLAGS OBJECTS…
  local out=$1 target=$2 flags=$3
  shift 3
  "$target-gcc" -O2 $flags -Wl,--build-id=none "$@" -o "$out"
  case $flags in *-s*) ;; *) "$target-strip" --strip-debug "$out" ;; esac
}

for target in aarch64-linux-gnu arm-linux-gnueabihf; do
  case $target in aarch64*) run=(qemu-aarch64 -L /usr/$target) ;; *) run=(qemu-arm -L /usr/$target) ;; esac
  for kind in constructors table strings nameless calls differences tails switch; do
    for flags in -pie -no-pie '-pie -s'; do
      for changed in 0 1; do
        source_of $kind $changed >"$work/m$changed.c"
        "$target-gcc" -O2 ${flags/-s/} -fno-ident -c "$work/m$changed.c" -o "$work/m$changed.o"
      done
      for n in f1 f2 f3 sink; do "$target-gcc" -O2 ${flags/-s/} -fno-ident -c "$work/$n.c" -o "$work/$n.o"; done
      name=$kind-${target%%-*}$(printf %s "$flags" | tr -d ' ')
      link "$work/a" $target "$flags" "$work"/{sink,f1,m0,f2,f3}.o
      link "$work/b" $target "$flags" "$work"/{sink,f3,f2,m0,f1}.o
      link "$work/c" $target "$flags" "$work"/{sink,f3,f2,m1,f1}.o
      a=$("${run[@]}" "$work/a") b=$("${run[@]}" "$work/b") c=$("${run[@]}" "$work/c")
      [ "$a" = "$b" ] && [ "$a" != "$c" ] || { echo "$name: ${a//$'\n'/ } | ${b//$'\n'/ } | ${c//$'\n'/ }" >&2; exit 1; }
      for side in a b c; do xz -9e -c "$work/$side" >"$name.$side.xz"; done
    done
  done
done
