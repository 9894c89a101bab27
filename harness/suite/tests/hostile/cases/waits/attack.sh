# Waits for files without end, of which each user of the machine has a number.
# expect: failed: files that it waits for
# An emulated leg is too slow to get there within its time.
[ "$CROSSPROOF_BUILD" != "$CROSSPROOF_HOST" ] || exit 0
perl -e 'use POSIX (); my ($make, $add) = (POSIX::uname())[4] eq "x86_64" ? (291, 233) : (20, 21); my @p; for my $n (1..1000) { pipe($p[2 * $n], $p[2 * $n + 1]) } my $event = pack("LLLL", 1, 0, 0, 0); for (1..300) { my $e = syscall($make, 0); for my $n (1..1000) { syscall($add, $e, 1, fileno($p[2 * $n]), $event) } } sleep 20'
