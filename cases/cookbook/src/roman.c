#include "roman-table.h"
#include "spell.h"
#include <stdio.h>

int spell_roman(char *to, size_t size, long number) {
    if (number < 1 || number > 3999) return 0;
    return snprintf(to, size, "%s%s%s%s", roman_digits[3][number / 1000], roman_digits[2][number / 100 % 10],
                    roman_digits[1][number / 10 % 10], roman_digits[0][number % 10]);
}
