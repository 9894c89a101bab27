#!/bin/sh
# The same objects linked in another order, and at another address: what the comparison says of each pair.
# Wants gcc for both targets (Debian: gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf).
# usage: relink.sh COMPARE…   where COMPARE is a command that takes LEFT RIGHT, such as
#   harness/inspect/tests/relink.sh cargo run --release -q -p crossproof-inspect --example compare --
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/a.c" <<'C'
extern int twice(int);
static const char *const names[] = {"one", "two", "three"};
const char *name(int i) { return names[twice(i) % 3]; }
int sum(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s += twice(v[i]); return s; }
C
cat > "$work/b.c" <<'C'
static int count;
int twice(int x) { count++; return x * 2 + (x > 40 ? count : 7); }
long fraction(double x) { return (long)(x * 12345.678901); }
C
cat > "$work/c.c" <<'C'
extern const char *name(int);
extern int sum(const int *, int);
extern long fraction(double);
int main(int argc, char **argv) { (void)argv; int v[3] = {1, argc, 3}; return name(argc)[0] + sum(v, 3) + (int)fraction(argc); }
C
for target in aarch64-linux-gnu arm-linux-gnueabihf; do
    cc=$target-gcc
    cd "$work"
    for file in a b c; do $cc -O2 -ffunction-sections -c $file.c -o $file.o; done
    $cc -o left a.o b.o c.o
    $cc -o order b.o c.o a.o
    $cc -o address a.o b.o c.o -Wl,-Ttext-segment=0x10000
    $cc -no-pie -o fixed a.o b.o c.o
    $cc -no-pie -o fixed-address a.o b.o c.o -Wl,-Ttext-segment=0x800000
    $cc -no-pie -o fixed-order c.o a.o b.o
    cd - > /dev/null
    for pair in "left order" "left address" "fixed fixed-address" "fixed fixed-order"; do
        set -- "$@" # the command
        left=${pair% *} right=${pair#* }
        printf '%s: %s against %s: ' "$target" "$left" "$right"
        "$@" "$work/$left" "$work/$right" | grep -E '^(level|[a-z]+: )' | grep -E 'level|^(bits|metadata|loaded|layout|interface|divergent)' | head -1
    done
done
