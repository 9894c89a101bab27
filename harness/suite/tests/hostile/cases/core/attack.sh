# Leaves a core file to a program of the machine.
# expect: bits
ulimit -c unlimited 2>/dev/null && echo "ESCAPED core" || :
sh -c 'kill -SEGV $$' 2> /dev/null || :
[ ! -e core ] || echo "ESCAPED core"
