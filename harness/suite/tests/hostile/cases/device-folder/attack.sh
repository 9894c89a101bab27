# Fills /dev.
# expect: bits
(echo x > /dev/fill) 2>/dev/null && echo "ESCAPED /dev" || :
