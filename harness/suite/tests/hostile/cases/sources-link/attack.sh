# Puts a link in the place of its sources.
# expect: bits
cd /build
mv source moved
ln -s / source
mkdir source/etc/hostile 2>/dev/null && echo ESCAPED etc || :
