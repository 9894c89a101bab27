# Takes all timers that the user may have.
# expect: bits
perl -e 'use POSIX (); my $create = (POSIX::uname())[4] eq "x86_64" ? 222 : 107; my $n = 0; my $id = "\0" x 8; while ($n < 5000 and syscall($create, 1, 0, $id) == 0) { $n++ } print $n > 2000 ? "ESCAPED $n timers\n" : "held at $n\n"'
