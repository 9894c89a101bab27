/* Runs on the build platform: sorts the opcodes for the assembler's binary search and writes them as a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct opcode {
    char name[8], form[16];
    unsigned bits;
};

static int by_name(const void *left, const void *right) {
    return strcmp(((const struct opcode *)left)->name, ((const struct opcode *)right)->name);
}

int main(void) {
    static struct opcode opcodes[100];
    char line[200];
    size_t count = 0;
    while (fgets(line, sizeof line, stdin)) {
        struct opcode *next = &opcodes[count];
        if (line[0] != '#' && sscanf(line, "%7s %15s %x", next->name, next->form, &next->bits) == 3) count++;
    }
    qsort(opcodes, count, sizeof *opcodes, by_name);
    printf("static const struct opcode opcodes[] = {\n");
    for (size_t i = 0; i < count; i++)
        printf("    {\"%s\", form_%s, 0x%08x},\n", opcodes[i].name, opcodes[i].form, opcodes[i].bits);
    printf("};\n");
    return 0;
}
