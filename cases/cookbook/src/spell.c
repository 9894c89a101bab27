#include "spell.h"
#include <stdio.h>
#include <string.h>

static const char *const small[] = {
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
};
static const char *const tens[] = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
};

static void add(char *to, size_t size, const char *word) {
    size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%s", used ? " " : "", word);
}

static void spell(char *to, size_t size, unsigned long number) {
    static const struct {
        unsigned long unit;
        const char *name;
    } units[] = {{1000000000, "billion"}, {1000000, "million"}, {1000, "thousand"}, {100, "hundred"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (number >= units[i].unit) {
            spell(to, size, number / units[i].unit);
            add(to, size, units[i].name);
            number %= units[i].unit;
            if (number == 0) return;
        }
    }
    if (number < 20) {
        add(to, size, small[number]);
        return;
    }
    add(to, size, tens[number / 10]);
    if (number % 10) add(to, size, small[number % 10]);
}

int spell_english(char *to, size_t size, long number) {
    to[0] = 0;
    if (number < 0) add(to, size, "minus");
    spell(to, size, number < 0 ? 0UL - (unsigned long)number : (unsigned long)number);
    return (int)strlen(to);
}
