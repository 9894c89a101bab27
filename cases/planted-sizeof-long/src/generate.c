/* Prints the sizes a record's fields have. The fault: they are those of the platform it runs on. */

#include <stdio.h>

int main(void)
{
    printf("#define SIZE_OF_INT %zu\n", sizeof(int));
    printf("#define SIZE_OF_LONG %zu\n", sizeof(long));
    printf("#define SIZE_OF_DOUBLE %zu\n", sizeof(double));
    return 0;
}
