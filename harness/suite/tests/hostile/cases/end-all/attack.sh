# Ends every process it can.
# expect: failed: 
kill -9 -1
exit 1
