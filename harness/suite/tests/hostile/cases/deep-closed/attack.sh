# Nests folders and closes each to its owner.
# expect: failed: 128
perl -e 'chdir $ENV{DESTDIR}; for (1..400) { mkdir "d"; chdir "d" or last } for (1..300) { chdir ".."; chmod 0, "d" }'
