# Fills sockets that no one reads.
# expect: failed: memory limit
perl -MSocket -e 'my @s; for my $n (1..1900) { socketpair($s[2 * $n], $s[2 * $n + 1], AF_UNIX, SOCK_STREAM, 0) or last; fcntl($s[2 * $n], 4, 2048 | 2); 1 while syswrite($s[2 * $n], "x" x 65536) } sleep 30'
