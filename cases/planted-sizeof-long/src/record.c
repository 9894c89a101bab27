#include <stdio.h>

#include "sizes.h"

struct field {
    const char *name;
    unsigned size;
};

static const struct field fields[] = {
    {"id", SIZE_OF_INT},
    {"offset", SIZE_OF_LONG},
    {"weight", SIZE_OF_DOUBLE},
};

int main(void)
{
    unsigned at = 0;
    for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        printf("%-8s %2u bytes at %2u\n", fields[i].name, fields[i].size, at);
        at += fields[i].size;
    }
    printf("%-8s %2u bytes\n", "record", at);
    return 0;
}
