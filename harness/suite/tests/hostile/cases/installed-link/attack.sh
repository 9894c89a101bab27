# Puts a link in the place of what was installed.
# expect: failed: no folder any more
rmdir "$DESTDIR"
ln -s / "$DESTDIR"
