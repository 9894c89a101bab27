#ifndef SHOUT_H
#define SHOUT_H

/* Makes the letters of `text` capitals, in place. */
void shout(char *text);

/* Turns `text` around, in place. Optional: there if the library was built WITH_REVERSE. */
void shout_reversed(char *text);

#endif
