# Nests 3,000 folders in what it installs.
# expect: failed: 128
perl -e 'chdir $ENV{DESTDIR}; for (1..3000) { mkdir "d"; chdir "d" or last }'
