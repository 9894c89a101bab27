#!/usr/bin/env bash
# How time and memory grow with the number of sections and COMDAT groups of an object file: sections.sh [CROSSPROOF].
# Needs gcc-aarch64-linux-gnu and GNU time. Both are to grow no faster than the number does; 256 MB are the most that
# 120,000 sections may take.
set -euo pipefail
tool=$(realpath "${1:-target/release/crossproof}")
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work"

sections() { # NUMBER WORD: each with a function of its own
  awk -v n="$1" -v w="$2" 'BEGIN { for (i = 0; i < n; i++)
    printf ".section .text.f%d,\"ax\",%%progbits\n.global f%d\nf%d: mov w0, #%d\n ret\n", i, i, i, i == n - 1 ? w : 1 }'
}
groups() { # NUMBER WORD
  awk -v n="$1" -v w="$2" 'BEGIN { for (i = 0; i < n; i++)
    printf ".section .text.g%d,\"axG\",%%progbits,g%d,comdat\n.weak g%d\ng%d: mov w0, #%d\n ret\n", i, i, i, i, i == n - 1 ? w : 1 }'
}

echo "what        number  seconds  MB"
for kind in sections:30000 sections:60000 sections:120000 groups:10000 groups:20000 groups:40000; do
  what=${kind%:*} number=${kind#*:}
  for side in 1 2; do
    "$what" "$number" "$side" | aarch64-linux-gnu-as -o "$side.o" -
  done
  command time -f '%e %M' -o figures "$tool" compare 1.o 2.o >/dev/null || [ $? = 1 ]
  read -r seconds kilobytes < <(tail -1 figures)
  printf '%-10s %7d %8s %4d\n' "$what" "$number" "$seconds" $((kilobytes / 1024))
done
