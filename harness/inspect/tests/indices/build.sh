#!/usr/bin/env bash
# Makes the objects beside this script: pairs whose symbol tables differ in order alone, with what names symbols by index.
# Needs clang, ld.lld and python3.
set -euo pipefail
cd "$(dirname "$0")"
printf '%s\n' 'static int a(void){return 1;}' 'static int b(void){return 2;}' 'int (*p)(void)=a; int (*q)(void)=b; int (*r)(void)=a;' >s.c
printf '%s\n' 'static int a(void){return 3;}' 'int (*t)(void)=a;' 'int _start(void){return t();}' >t.c
C="clang --target=aarch64-linux-gnu -O1 -c"
$C -faddrsig s.c -o addrsig.o
$C -fno-addrsig s.c -o s.o
$C -fno-addrsig t.c -o t.o
ld.lld -r s.o t.o -o repeated.o
ld.lld --emit-relocs s.o t.o -o linked
cat >swap.py <<'P'
# swap.py IN OUT NAME NAME [follow…]: exchanges two entries of .symtab; what `follow` names keeps its meaning.
import struct, sys
path, out, one, other, *follow = sys.argv[1:]
b = bytearray(open(path, "rb").read())
shoff, = struct.unpack_from("<Q", b, 40)
shnum, = struct.unpack_from("<H", b, 60)
sections = [list(struct.unpack_from("<IIQQQQIIQQ", b, shoff + 64 * i)) for i in range(shnum)]
symtab = next(i for i, s in enumerate(sections) if s[1] == 2)
_, _, _, _, off, size, link, *_ = sections[symtab]
text = lambda at: b[at : b.index(0, at)].decode()
names = [text(sections[link][4] + struct.unpack_from("<I", b, off + 24 * i)[0]) for i in range(size // 24)]
if one == other:
    i, j = [n for n, name in enumerate(names) if name == one][:2]
else:
    i, j = names.index(one), names.index(other)
at = lambda n: slice(off + 24 * n, off + 24 * n + 24)
b[at(i)], b[at(j)] = b[at(j)], b[at(i)]
swap = {i: j, j: i}
for s in sections:
    if s[6] != symtab:
        continue
    if s[1] == 4 and "relocations" in follow:
        for place in range(s[4], s[4] + s[5], 24):
            info, = struct.unpack_from("<Q", b, place + 8)
            info = swap.get(info >> 32, info >> 32) << 32 | info & 0xFFFFFFFF
            struct.pack_into("<Q", b, place + 8, info)
    if s[1] == 0x6FFF4C03 and "addrsig" in follow:
        for place in range(s[4], s[4] + s[5]):
            b[place] = swap.get(b[place], b[place])
open(out, "wb").write(b)
P
python3 swap.py addrsig.o addrsig-followed.o a b relocations addrsig
python3 swap.py addrsig.o addrsig-left-alone.o b '$d.1' relocations
python3 swap.py repeated.o repeated-exchanged.o a a relocations
python3 swap.py linked linked-followed t p relocations
python3 swap.py linked linked-left-alone t p
chmod 644 linked*
rm -f s.c t.c s.o t.o swap.py
# Package notes of 1 and of 2, into which a symbol leads or none does.
for id in 1 2; do for read in "" -read; do
  printf '.section .note.package,"a",%%note\n%s.long 4,8,0xcafe1a7e\n.asciz "FDO"\n.quad %s\n.text\n.globl _start\n_start: ret\n' "${read:+own_note: }" $id >n.s
  clang --target=aarch64-linux-gnu -c n.s -o n.o
  ld.lld -z max-page-size=4096 n.o -o note$read-$id
done; done
# What an object wants of others, in one order and in the other.
for order in 'bl foo; bl bar' 'bl bar; bl foo'; do
  printf '%s\n' ".globl $(echo "$order" | cut -d' ' -f2 | tr -d ';')" ".globl $(echo "$order" | cut -d' ' -f4)" '.globl f' 'f: bl foo' 'bl bar' >u.s
  clang --target=aarch64-linux-gnu -c u.s -o wants-$(echo "$order" | cut -d' ' -f4).o
done
chmod 644 note*
rm -f n.s n.o u.s
