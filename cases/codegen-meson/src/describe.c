/* Runs on the host platform and writes down, as source text, what only running there shows. */
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

struct record {
    char tag;
    long long number;
    long double wide;
};

int main(void) {
    volatile float third = 1.0f / 3.0f;
    printf("/* Written by describe. */\n");
    printf("#define CHAR_IS_SIGNED %d\n", CHAR_MIN < 0);
    printf("#define POINTER_BITS %zu\n", sizeof(void *) * CHAR_BIT);
    printf("#define TIME_BITS %zu\n", sizeof(time_t) * CHAR_BIT);
    printf("#define NUMBER_AT %zu\n", offsetof(struct record, number));
    printf("#define WIDE_AT %zu\n", offsetof(struct record, wide));
    printf("#define WIDE_SIZE %zu\n", sizeof(long double));
    printf("#define THIRD %a\n", (double)third);
    printf("static const unsigned short squares[] = {");
    for (int i = 0; i < 64; i++) printf("%s%d", i ? ", " : "", (i * i) % 4093);
    printf("};\n");
    return 0;
}
