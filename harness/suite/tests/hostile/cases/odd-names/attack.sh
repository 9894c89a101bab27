# Has names that are no text, act on a terminal, or look like paths.
# expect: bits
cd "$DESTDIR"
perl -e 'for my $n ("bad\xff\xfeutf8", "nl\nname", "esc\e[31m\e]0;pwned\aname", "bidi\xe2\x80\xaetxt.exe", "tag\xf3\xa0\x81\x81", "back\\slash", "\\xff", "<script>alert(1)<script>", "]]>", "-rf", " ", "L" x 255, "..." ) { open(my $f, ">", "./$n") or die "$n: $!"; print $f "x" }'
