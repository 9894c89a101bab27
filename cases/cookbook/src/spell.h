#ifndef SPELL_H
#define SPELL_H

#include <stddef.h>

/* Writes a number in English words; returns the length it takes, as snprintf does. */
int spell_english(char *to, size_t size, long number);

/* Writes a number from 1 to 3999 in Roman digits; returns 0 for any other. */
int spell_roman(char *to, size_t size, long number);

#endif
