#include "mean.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef BIND_TO_OLD_VERSION
/* What a program linked years ago has in its symbol table. */
__asm__(".symver mean_of_two, mean_of_two@MEAN_1.0");
#endif

int main(int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2)
        printf("%d\n", mean_of_two(atoi(argv[i]), atoi(argv[i + 1])));
    printf("%u calls\n", mean_calls());
    return 0;
}
