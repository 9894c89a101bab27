# Has the kernel keep books of mappings that hold nothing.
# expect: failed: memory limit
perl -e 'use POSIX (); my $map = (POSIX::uname())[4] eq "x86_64" ? 9 : 222; for (1..40) { next if fork; for my $n (1..60000) { syscall($map, 0, 4096, $n % 2 ? 1 : 3, 0x22, -1, 0) } sleep 30; exit } sleep 30'
