# Fills memory that processes share and does not keep it in its own.
# expect: failed: memory limit
perl -e 'use POSIX (); my ($map, $read, $advise) = (POSIX::uname())[4] eq "x86_64" ? (9, 0, 28) : (222, 63, 233); open(my $z, "<", "/dev/zero"); for (1..16) { my $at = syscall($map, 0, 64 << 20, 3, 0x21, -1, 0); syscall($read, fileno($z), $at, 64 << 20); syscall($advise, $at, 64 << 20, 4) } sleep 20'
