#include <stdio.h>
#include <string.h>

static const char source[] = __FILE__;

int main(int argc, char **argv)
{
    /* Volatile: the path itself must be kept, and not only what is computed from it. */
    const char *volatile path = source;
    if (argc == 2 && strcmp(argv[1], "depth") == 0) {
        int depth = 0;
        for (const char *at = path; *at != '\0'; at++)
            depth += *at == '/';
        printf("%d\n", depth);
        return 0;
    }
    const char *last = strrchr(path, '/');
    puts(last != NULL ? last + 1 : path);
    return 0;
}
