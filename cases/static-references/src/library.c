#include "library.h"

int greet(const char *name) {
    say("hello, ");
    say(name);
    say("\n");
    return 0;
}

#define MUST(what)                                  \
    do {                                            \
        if (!(what)) {                              \
            say(__FILE__ ": does not hold: " #what "\n"); \
            return 1;                               \
        }                                           \
    } while (0)

/* Says where it stands in the sources: the build's own folder. */
int self_test(void) {
    MUST(checksum((const unsigned char *)"abc", 3) == 0x352441c2);
    MUST(data_folder()[0] == '/');
    MUST(look_up(4711) == 4711);
    return 0;
}

/* CRC-32. */
unsigned checksum(const unsigned char *bytes, unsigned long length) {
    unsigned sum = 0xffffffff;
    while (length--) {
        sum ^= *bytes++;
        for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >> 1 ^ 0xedb88320u : sum >> 1;
    }
    return ~sum;
}

/* A dictionary: what a lost flag costs in size. */
static const unsigned short dictionary[1 << 13] = {[0] = 1, [4711] = 4711, [(1 << 13) - 1] = 65535};

unsigned look_up(unsigned key) { return dictionary[key & ((1 << 13) - 1)]; }
