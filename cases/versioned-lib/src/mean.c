#include "mean.h"

static unsigned calls;

int mean_truncated(int a, int b);
int mean_rounded(int a, int b);

__attribute__((symver("mean_of_two@MEAN_1.0"))) int mean_truncated(int a, int b)
{
    calls++;
    return (int)(((long long)a + b) / 2);
}

__attribute__((symver("mean_of_two@@MEAN_1.2"))) int mean_rounded(int a, int b)
{
    calls++;
    long long total = (long long)a + b;
    long long half = total / 2;
    if (total % 2 != 0 && half % 2 != 0)
        half += total < 0 ? -1 : 1;
    return (int)half;
}

unsigned mean_calls(void)
{
    return calls;
}
