# Installs a file of holes.
# expect: failed: 
mkdir -p "$DESTDIR/usr"
perl -e 'open(my $f, ">", "$ENV{DESTDIR}/usr/sparse"); truncate($f, 60 << 20); open($f, ">", "$ENV{DESTDIR}/usr/more"); truncate($f, 60 << 20)'
