# Takes memory.
# expect: failed: memory limit
perl -e 'my @all; while (1) { push @all, "x" x (16 << 20) }'
