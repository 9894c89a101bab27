# Fills sockets that no one reads, in a process whose first thread has ended.
# expect: failed: limit
perl -MSocket -e 'use threads; use POSIX (); threads->create(sub { my @s; for my $n (1..1900) { socketpair($s[2 * $n], $s[2 * $n + 1], AF_UNIX, SOCK_STREAM, 0) or last; fcntl($s[2 * $n], 4, 2048 | 2); 1 while syswrite($s[2 * $n], "x" x 65536) } sleep 30 }); syscall((POSIX::uname())[4] eq "x86_64" ? 60 : 93, 0)'
