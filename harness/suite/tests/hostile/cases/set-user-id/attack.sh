# Installs a program that runs as its owner.
# expect: bits
mkdir -p "$DESTDIR/usr/bin"
cp /bin/true "$DESTDIR/usr/bin/rootme"
cmp -s /bin/true "$DESTDIR/usr/bin/rootme" && printf same > "$DESTDIR/usr/bin/rootme"
chmod 6755 "$DESTDIR/usr/bin/rootme"
