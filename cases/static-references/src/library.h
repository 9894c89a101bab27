#ifndef LIBRARY_H
#define LIBRARY_H

/* Writes to standard output. */
void say(const char *text);

/* The one function the program uses. */
int greet(const char *name);

/* The rest of a library that does more than the program needs. */
int self_test(void);
unsigned checksum(const unsigned char *bytes, unsigned long length);
unsigned look_up(unsigned key);
const char *certificates(void);
const char *plugins(void);
const char *data_folder(void);

#endif
