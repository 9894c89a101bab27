#include <stdio.h>

#include "weights.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        long total = 0;
        for (const unsigned char *at = (const unsigned char *)argv[i]; *at != '\0'; at++)
            total += weights[*at];
        printf("%s weighs %ld\n", argv[i], total);
    }
    return 0;
}
