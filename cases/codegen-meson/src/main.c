#include "generated.h"
#include <stdio.h>

int main(void) {
    unsigned long sum = 0;
    for (unsigned i = 0; i < sizeof squares / sizeof *squares; i++) sum = sum * 31 + squares[i];
    printf("rounds %s; char signed %d, pointers of %d bits, times of %d bits\n", ROUNDING, CHAR_IS_SIGNED, POINTER_BITS,
           TIME_BITS);
    printf("number at %d, wide at %d of %d bytes; a third is %a; squares %lu\n", NUMBER_AT, WIDE_AT, WIDE_SIZE, (double)THIRD,
           sum & 0xffffffffu);
    return 0;
}
