# Runs programs that run as their owner.
# expect: bits
for program in /usr/bin/su /usr/bin/passwd /usr/bin/newgrp /usr/bin/mount; do
  [ ! -u $program ] || echo "ESCAPED $program"
done
