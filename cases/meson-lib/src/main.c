#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "polygon.h"

int main(int argc, char **argv) {
    char *end = 0;
    long radius = argc > 1 ? strtol(argv[1], &end, 10) : 1;
    if (end && *end) {
        fprintf(stderr, "%s is no number\n", argv[1]);
        return 2;
    }
    printf("%d corners: %ld\n", CORNERS, polygon_edge(CORNERS, radius * 1000));
    printf("a long has %d bytes, and so it was said when this was configured: %d; hypot: %d; big-endian: %d\n",
           (int)sizeof(long), WORD, HAVE_HYPOT, BIG_ENDIAN);
    return 0;
}
