/* Shifts the letters of standard input. Enough of the C library for a static link to mean something:
   buffered input and output, number parsing, error messages, environment-independent. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static int shifted(int c, long shift)
{
    int first = c >= 'a' && c <= 'z' ? 'a' : c >= 'A' && c <= 'Z' ? 'A' : 0;
    if (first == 0)
        return c;
    long place = (c - first + shift) % 26;
    return first + (int)(place < 0 ? place + 26 : place);
}

int main(int argc, char **argv)
{
    char *end = NULL;
    errno = 0;
    long shift = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || end == argv[1] || *end != '\0' || errno != 0 || labs(shift) > 25) {
        fprintf(stderr, "usage: caesar SHIFT, a number from -25 to 25\n");
        return 2;
    }
    for (int c; (c = getchar()) != EOF;)
        putchar(shifted(c, shift));
    return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
