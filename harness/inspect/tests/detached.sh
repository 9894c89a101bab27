#!/bin/sh
# Two builds of the same two programs under different paths, stripped, their debug information detached, put
# in one place by dwz and called by build-id: what the comparison says of the trees, and what it says of them
# when one function is another.
# Wants gcc and objcopy for both targets, and dwz (Debian: gcc-aarch64-linux-gnu gcc-arm-linux-gnueabihf dwz).
# usage: detached.sh COMPARE…   where COMPARE is a command that takes LEFT RIGHT --map OLD=NEW, such as
#   harness/inspect/tests/detached.sh cargo run --release -q -- compare
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for place in one other-place changed; do
    mkdir -p "$work/$place"
    cat > "$work/$place/first.c" <<'C'
#include <stdio.h>
struct point { int x, y; };
static int sum(const struct point *p) { return p->x + p->y; }
int scale(struct point *p, int k) { p->x *= k; p->y *= k; return sum(p); }
int main(int argc, char **argv) { (void)argv; struct point p = {argc, 2}; return printf("%d\n", scale(&p, 3)); }
C
    sed 's/argc, 2/argc, 7/' "$work/$place/first.c" > "$work/$place/second.c"
done
sed -i 's/p->y \*= k/p->y += k/' "$work/changed/first.c"
for target in aarch64-linux-gnu arm-linux-gnueabihf; do
    for place in one other-place changed; do
        tree=$work/$target-$place
        mkdir -p "$tree/usr/bin" "$tree/usr/lib/debug/.dwz"
        cd "$work/$place"
        for name in first second; do
            $target-gcc -g -O2 $name.c -o "$tree/usr/bin/$name"
            $target-objcopy --only-keep-debug "$tree/usr/bin/$name" "$tree/$name.debug"
        done
        cd "$tree"
        dwz -m usr/lib/debug/.dwz/both.debug -M /usr/lib/debug/.dwz/both.debug first.debug second.debug
        for name in first second; do
            id=$($target-readelf -n $name.debug 2> /dev/null | sed -n 's/.*Build ID: //p')
            folder=usr/lib/debug/.build-id/$(echo "$id" | cut -c 1-2)
            mkdir -p "$folder"
            $target-objcopy --strip-all --add-gnu-debuglink=$name.debug usr/bin/$name
            mv $name.debug "$folder/$(echo "$id" | cut -c 3-).debug"
        done
        cd - > /dev/null
    done
    for place in other-place changed; do
        printf '\n%s, one against %s:\n' "$target" "$place"
        "$@" "$work/$target-one" "$work/$target-$place" --map "$work/$place=$work/one" || [ $? = 1 ]
    done
done
