# Has links of every kind.
# expect: bits
mkdir -p "$DESTDIR/usr"
cd "$DESTDIR/usr"
ln -s /etc/shadow absolute
ln -s ../../../../../../../../etc/passwd relative
ln -s loop2 loop1
ln -s loop1 loop2
ln -s . dot
ln -s /proc/self/root root
ln -s "$(perl -e 'print "x" x 4000')" long
echo x > file
ln file hard
