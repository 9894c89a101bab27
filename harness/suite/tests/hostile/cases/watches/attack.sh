# Takes all file watches that the user may have.
# expect: bits
perl -e 'use POSIX (); my $init = (POSIX::uname())[4] eq "x86_64" ? 294 : 26; my $n = 0; while ($n < 500 and syscall($init, 0) >= 0) { $n++ } print $n > 32 ? "ESCAPED $n watches\n" : "held at $n\n"'
