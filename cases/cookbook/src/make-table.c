/* Runs on the build platform: writes the Roman digits of each decimal place. */
#include <stdio.h>

int main(void) {
    static const char signs[][4] = {"IVX", "XLC", "CDM", "MMM"};
    static const char *const shapes[] = {"", "a", "aa", "aaa", "ab", "b", "ba", "baa", "baaa", "ac"};
    printf("static const char roman_digits[4][10][5] = {\n");
    for (int place = 0; place < 4; place++) {
        printf("    {");
        for (int digit = 0; digit < 10; digit++) {
            printf("%s\"", digit ? ", " : "");
            for (const char *shape = shapes[digit]; *shape; shape++) putchar(signs[place][*shape - 'a']);
            printf("\"");
        }
        printf("},\n");
    }
    printf("};\n");
    return 0;
}
