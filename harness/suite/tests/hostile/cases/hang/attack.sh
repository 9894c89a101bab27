# Hangs with processes that ignore signals.
# expect: failed: limit
trap "" TERM HUP INT
(trap "" TERM; sleep 1000) &
sleep 1000
