#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_C99_SNPRINTF

/* Asks for the length first, and prints the second time. */
static char *pair(const char *left, const char *right)
{
    int length = snprintf(NULL, 0, "%s, %s", left, right);
    char *line = length < 0 ? NULL : malloc((size_t)length + 1);
    if (line != NULL)
        snprintf(line, (size_t)length + 1, "%s, %s", left, right);
    return line;
}

#else

/* Counts by itself. */
static char *pair(const char *left, const char *right)
{
    char *line = malloc(strlen(left) + strlen(right) + 3);
    if (line != NULL) {
        strcpy(line, left);
        strcat(line, ", ");
        strcat(line, right);
    }
    return line;
}

#endif

int main(int argc, char **argv)
{
    char *joined = NULL;
    for (int i = 1; i < argc; i++) {
        char *longer = joined == NULL ? strdup(argv[i]) : pair(joined, argv[i]);
        free(joined);
        if (longer == NULL)
            return 1;
        joined = longer;
    }
    puts(joined == NULL ? "nothing to join" : joined);
    free(joined);
    return 0;
}
