/* Writes thousandths of sin(pi / n). By a series in integers: no mathematics library of the build platform. */
#include <stdio.h>

int main(void) {
    puts("static const long thousandths[13] = {0, 0, 1000,");
    for (int n = 3; n <= 12; n++) {
        long long x = 3141592653LL / n, term = x, sum = x;
        for (int k = 1; k < 8; k++) {
            term = -term * x / 1000000000 * x / 1000000000 / (2 * k) / (2 * k + 1);
            sum += term;
        }
        printf("    %lld,\n", (sum + 500000) / 1000000);
    }
    puts("};");
    return 0;
}
