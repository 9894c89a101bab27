# Installs one file under many names.
# expect: failed: limit
mkdir -p "$DESTDIR/usr"
perl -e 'chdir "$ENV{DESTDIR}/usr"; open(my $f, ">", "file"); print $f "x" x (8 << 20); close $f; link("file", "link$_") for 1..40'
