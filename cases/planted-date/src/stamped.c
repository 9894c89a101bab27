#include <stdio.h>
#include <string.h>

static const char stamp[] = __DATE__ " " __TIME__ "." FRACTION;

int main(void)
{
    /* Volatile: without it the compiler would put the length in, and leave the stamp out. */
    const char *volatile built = stamp;
    printf("a stamp of %zu characters\n", strlen(built));
    return strcmp(built, "") == 0;
}
