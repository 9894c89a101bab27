# Leaves a process that goes on writing after the leg.
# expect: bits
(setsid sh -c 'while :; do date > /build/dest/usr/share/late 2>/dev/null; sleep 0.1; done' < /dev/null > /dev/null 2>&1 &)
(setsid sh -c 'trap "" TERM HUP INT; sleep 60' < /dev/null > /dev/null 2>&1 &)
