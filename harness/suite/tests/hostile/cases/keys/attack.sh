# Reads and writes keys.
# expect: bits
perl probe.pl add_key user hostile - 8 -3
perl probe.pl keyctl 0 -3 0
perl probe.pl request_key user hostile 0 0
