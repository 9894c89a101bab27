# Has a path of more than 4,096 bytes.
# expect: failed: 3000
perl -e 'chdir $ENV{DESTDIR}; for (1..20) { my $n = "n" x 250; mkdir $n; chdir $n or last }'
