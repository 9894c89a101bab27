#include "greeting.h"

#include <stdio.h>

int greeting(char *line, size_t size, const char *name)
{
    if (*name == '\0')
        return -1;
    int length = snprintf(line, size, "hello, %s", name);
    return length >= 0 && (size_t)length < size ? 0 : -1;
}
