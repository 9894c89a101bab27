# Writes a header that others include.
# expect: bits
for file in /usr/include/stdio.h /usr/bin/env /etc/passwd; do
  (echo '#error' >> $file) 2>/dev/null && echo "ESCAPED $file" || :
  chmod 777 $file 2>/dev/null && echo "ESCAPED $file" || :
  rm -f $file 2>/dev/null || :
done
