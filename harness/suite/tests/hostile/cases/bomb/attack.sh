# Starts processes that start processes.
# expect: failed: 
bomb() { bomb | bomb & }
bomb
sleep 20
exit 1
