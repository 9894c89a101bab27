#ifndef MEAN_H
#define MEAN_H

/* The mean of two numbers. MEAN_1.0 rounds towards zero; MEAN_1.2 rounds a half to the even number. */
int mean_of_two(int a, int b);

/* How often either version was called. Since MEAN_1.2. */
unsigned mean_calls(void);

#endif
