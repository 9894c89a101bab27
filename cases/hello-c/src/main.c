#include "greeting.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    char line[128];
    const char *everyone[] = {"world"};
    const char *const *names = argc > 1 ? (const char *const *)argv + 1 : everyone;
    int count = argc > 1 ? argc - 1 : 1;

    for (int i = 0; i < count; i++) {
        if (greeting(line, sizeof line, names[i]) != 0) {
            fprintf(stderr, "hello: name %d is empty or too long\n", i + 1);
            return 2;
        }
        puts(line);
    }
    return 0;
}
