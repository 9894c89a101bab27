#define PERL_NO_GET_CONTEXT
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

MODULE = Text::Sum  PACKAGE = Text::Sum

PROTOTYPES: DISABLE

UV
fletcher(text)
    SV *text
  PREINIT:
    STRLEN length, at;
    const unsigned char *bytes;
    UV low = 0, high = 0;
  CODE:
    bytes = (const unsigned char *)SvPVbyte(text, length);
    for (at = 0; at < length; at++) {
        low = (low + bytes[at]) % 65535;
        high = (high + low) % 65535;
    }
    RETVAL = high << 16 | low;
  OUTPUT:
    RETVAL

int
word_bits()
  CODE:
    RETVAL = (int)(sizeof(void *) * 8);
  OUTPUT:
    RETVAL
