#ifndef GREETING_H
#define GREETING_H

#include <stddef.h>

/* Writes a greeting for `name` into `line` of `size` bytes; returns 0, or -1 if it does not fit or
   the name is empty. */
int greeting(char *line, size_t size, const char *name);

#endif
