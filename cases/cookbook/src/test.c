/* Runs on the host platform. */
#include "spell.h"
#include <stdio.h>
#include <string.h>

static int failures;

static void expect(const char *expected, const char *found) {
    if (strcmp(expected, found)) {
        printf("expected %s, found %s\n", expected, found);
        failures++;
    }
}

int main(void) {
    char text[300];
    spell_english(text, sizeof text, 1999);
    expect("one thousand nine hundred ninety nine", text);
    spell_english(text, sizeof text, -1000000);
    expect("minus one million", text);
    spell_roman(text, sizeof text, 1994);
    expect("MCMXCIV", text);
    if (spell_roman(text, sizeof text, 4000)) failures++;
    printf("%d failures\n", failures);
    return failures != 0;
}
