#include <fenv.h>
#include <stdio.h>

int main(void) {
    const char *name = "unknown";
    if (fegetround() == FE_TONEAREST) name = "to nearest";
    puts(name);
    return 0;
}
