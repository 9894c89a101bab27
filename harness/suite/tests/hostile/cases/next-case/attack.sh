# Writes into a different case.
# expect: bits
find / -path /proc -prune -o -name 'neighbours-own-*' -print 2>/dev/null | grep . && echo "ESCAPED neighbour" || :
