/* Prints a collation weight for each byte value: its value as a char, letters of either case alike.
   The fault: a plain char of more than 127 is negative on some platforms, and this runs on the wrong one. */

#include <stdio.h>

int main(void)
{
    puts("static const short weights[256] = {");
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        int weight = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
        printf("    %d,\n", weight);
    }
    puts("};");
    return 0;
}
