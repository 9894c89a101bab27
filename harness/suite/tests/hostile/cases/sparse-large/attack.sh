# Installs a file of holes that is larger than a disk.
# expect: failed: 
mkdir -p "$DESTDIR/usr"
perl -e 'open(my $f, ">", "$ENV{DESTDIR}/usr/sparse"); truncate($f, 1 << 40) or die "$!"'
