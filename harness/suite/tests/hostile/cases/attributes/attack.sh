# Gives what it installs many attributes.
# expect: failed: extended attributes
mkdir -p "$DESTDIR/usr"
perl probe.pl attributes
