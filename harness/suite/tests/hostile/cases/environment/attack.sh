# Reads what the harness was started with.
# expect: bits
env | grep -q "@SECRET@" && echo "ESCAPED environment" || :
grep -qs "@SECRET@" /proc/*/environ && echo "ESCAPED environment" || :
