# Has the kernel keep books of empty files in memory.
# expect: failed: memory limit
perl -e 'for my $n (1..600000) { open(my $f, ">", "/dev/shm/$n") or last } sleep 20'
