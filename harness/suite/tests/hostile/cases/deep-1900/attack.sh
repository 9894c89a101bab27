# Nests 1,900 folders in what it installs.
# expect: failed: 128
mkdir -p "$DESTDIR"
perl -e 'chdir $ENV{DESTDIR}; for (1..1900) { mkdir "d"; chdir "d" or last }'
