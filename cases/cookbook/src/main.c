#include "spell.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
    int roman = argc > 1 && strcmp(argv[1], "--roman") == 0;
    for (int i = 1 + roman; i < argc; i++) {
        char text[300], *end;
        long number = strtol(argv[i], &end, 10);
        if (*end || end == argv[i]) {
            fprintf(stderr, "%s is no number\n", argv[i]);
            return 2;
        }
        if (roman ? !spell_roman(text, sizeof text, number) : !spell_english(text, sizeof text, number)) {
            fprintf(stderr, "%ld cannot be written so\n", number);
            return 1;
        }
        puts(text);
    }
    return 0;
}
