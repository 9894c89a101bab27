/* Sums bytes in several lanes, as code tuned for one machine does. */

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--lanes") == 0) {
        printf("%d lanes\n", LANES);
        return 0;
    }
    unsigned sums[LANES] = {0};
    unsigned place = 0;
    for (int c; (c = getchar()) != EOF; place++)
        sums[place % LANES] += (unsigned)c * (place + 1);
    unsigned total = 0;
    for (int lane = 0; lane < LANES; lane++)
        total += sums[lane];
    printf("%08x\n", total);
    return 0;
}
