# Fills the disk with files that have no name, in a process whose first thread has ended.
# expect: failed: limit
perl -e 'use threads; use POSIX (); threads->create(sub { my @f; for my $n (1..8) { open($f[$n], ">", "u"); unlink "u"; syswrite($f[$n], "x" x (16 << 20)) } sleep 20 }); syscall((POSIX::uname())[4] eq "x86_64" ? 60 : 93, 0)'
