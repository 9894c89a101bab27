# Fills the shared memory folder.
# expect: bits
perl -e 'for my $n (1..64) { open(my $f, ">", "/dev/shm/$n") or exit; for (1..64) { syswrite($f, "x" x (1 << 20)) or exit } }'
size=$(du -sk /dev/shm | cut -f1)
[ "$size" -lt 262144 ] || echo "ESCAPED memory of $size KiB"
rm -f /dev/shm/*
