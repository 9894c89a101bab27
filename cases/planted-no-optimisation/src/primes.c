#include <stdio.h>
#include <stdlib.h>

static int is_prime(unsigned n)
{
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0)
            return 0;
    return n >= 2;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long limit = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (argc != 2 || end == argv[1] || *end != '\0' || limit > 1000000) {
        fputs("usage: primes LIMIT, a number up to 1000000\n", stderr);
        return 2;
    }
    unsigned count = 0, last = 0;
    for (unsigned n = 0; n <= limit; n++)
        if (is_prime(n)) {
            count++;
            last = n;
        }
    printf("%u primes up to %lu, the last is %u\n", count, limit, last);
    return 0;
}
