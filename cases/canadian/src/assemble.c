/* Assembles ARMv7 (A32) text into an ELF program for the target platform, which is neither the one this
 * was built on nor, in general, the one it runs on: every byte is put together by shifts, so that word
 * size, byte order and alignment of the host do not show. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum form {
    form_data, form_compare, form_move, form_wide, form_product, form_divide, form_memory, form_branch, form_jump, form_call
};

struct opcode {
    const char *name;
    enum form form;
    uint32_t bits;
};

#include "opcodes.h"

enum { BASE = 0x10000, HEADERS = 52 + 32, MOST = 1 << 16 };

static unsigned char image[MOST];
static uint32_t at;
static unsigned line_number;
static struct {
    char name[32];
    uint32_t address;
} labels[500];
static size_t label_count;
static int pass;

static void fail(const char *what, const char *text) {
    fprintf(stderr, "line %u: %s: %s\n", line_number, what, text);
    exit(1);
}

static void put(uint32_t value, int bytes) {
    for (int i = 0; i < bytes; i++) {
        if (at >= MOST) fail("too long", "");
        image[at++] = value >> (8 * i) & 0xff;
    }
}

static uint32_t label(const char *name) {
    for (size_t i = 0; i < label_count; i++)
        if (!strcmp(labels[i].name, name)) return labels[i].address;
    if (pass == 2) fail("no such label", name);
    return BASE + HEADERS;
}

static uint32_t number(const char *text) {
    char *end;
    uint32_t value;
    if (*text != '#') fail("expected #number", text);
    if (text[1] == ':') {
        /* :lower16:label and :upper16:label, as GNU as has them. */
        int upper = !strncmp(text + 2, "upper16:", 8);
        if (!upper && strncmp(text + 2, "lower16:", 8)) fail("expected lower16 or upper16", text);
        value = label(text + 10);
        return upper ? value >> 16 : value & 0xffff;
    }
    value = (uint32_t)strtoll(text + 1, &end, 0);
    if (*end) fail("not a number", text);
    return value;
}

static uint32_t reg(const char *text) {
    static const char *const names[] = {"sp", "lr", "pc"};
    for (uint32_t i = 0; i < 3; i++)
        if (!strcmp(text, names[i])) return 13 + i;
    char *end;
    if (text[0] == 'r' && isdigit((unsigned char)text[1])) {
        unsigned long n = strtoul(text + 1, &end, 10);
        if (!*end && n < 16) return (uint32_t)n;
    }
    fail("not a register", text);
    return 0;
}

/* A rotated eight-bit constant or a register. */
static uint32_t operand(const char *text) {
    if (*text != '#') return reg(text);
    uint32_t value = number(text);
    for (uint32_t turn = 0; turn < 16; turn++) {
        uint32_t turned = turn ? value << (2 * turn) | value >> (32 - 2 * turn) : value;
        if (turned < 256) return 1u << 25 | turn << 8 | turned;
    }
    fail("no rotated eight-bit constant", text);
    return 0;
}

/* The opcode a word begins with; the rest of the word is `s` or a condition. */
static const struct opcode *opcode(const char *word, uint32_t *modifiers) {
    static const char conditions[][3] = {"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al"};
    for (size_t length = strlen(word); length > 0; length--) {
        size_t low = 0, high = sizeof opcodes / sizeof *opcodes;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            int order = strncmp(opcodes[middle].name, word, length);
            if (!order) order = opcodes[middle].name[length] != 0;
            if (!order) {
                const char *rest = word + length;
                uint32_t flags = 0, condition = 14;
                if (*rest == 's' && opcodes[middle].form <= form_move) flags = 1u << 20, rest++;
                for (uint32_t c = 0; *rest && c < 15; c++)
                    if (!strcmp(rest, conditions[c])) condition = c, rest += 2;
                if (*rest) break;
                *modifiers = condition << 28 | flags;
                return &opcodes[middle];
            }
            if (order < 0) low = middle + 1;
            else high = middle;
        }
    }
    fail("no such instruction", word);
    return NULL;
}

static uint32_t encode(const struct opcode *what, char **words, int count) {
    uint32_t bits = what->bits, offset;
    static const int wanted[] = {3, 2, 2, 2, 3, 3, 3, 1, 1, 1};
    if (what->form == form_memory && count == 2) words[count++] = (char *)"#0";
    if (count != wanted[what->form]) fail("wrong number of operands", what->name);
    switch (what->form) {
        case form_data: return bits | reg(words[0]) << 12 | reg(words[1]) << 16 | operand(words[2]);
        case form_compare: return bits | reg(words[0]) << 16 | operand(words[1]);
        case form_move: return bits | reg(words[0]) << 12 | operand(words[1]);
        case form_wide:
            offset = number(words[1]);
            if (offset > 0xffff) fail("more than 16 bits", words[1]);
            return bits | reg(words[0]) << 12 | (offset & 0xf000) << 4 | (offset & 0xfff);
        case form_product: return bits | reg(words[0]) << 16 | reg(words[1]) | reg(words[2]) << 8;
        case form_divide: return bits | reg(words[0]) << 16 | reg(words[1]) | reg(words[2]) << 8;
        case form_memory:
            offset = number(words[2]);
            bits |= (int32_t)offset < 0 ? 0 : 1u << 23;
            offset = (int32_t)offset < 0 ? -offset : offset;
            if (offset > 0xfff) fail("offset of more than 12 bits", words[2]);
            /* Before the access, or (as `[reg], #n`) after it. */
            return bits | (words[1][0] == '!' ? 0 : 1u << 24) | reg(words[0]) << 12 | reg(words[1] + (words[1][0] == '!')) << 16 | offset;
        case form_branch: return bits | ((label(words[0]) - (BASE + at) - 8) >> 2 & 0xffffff);
        case form_jump: return bits | reg(words[0]);
        case form_call: return bits | (number(words[0]) & 0xffffff);
    }
    return 0;
}

static void text(const char *from) {
    for (from = strchr(from, '"') + 1; *from && *from != '"'; from++) {
        if (*from == '\\' && from[1]) from++, put(*from == 'n' ? '\n' : *from == '0' ? 0 : (unsigned char)*from, 1);
        else put((unsigned char)*from, 1);
    }
}

static void assemble(char *line) {
    char *words[8];
    int count = 0, after = 0;
    char *comment = strchr(line, '@');
    char *string = strchr(line, '"');
    if (string && !strncmp(line + strspn(line, " \t"), ".ascii", 6)) {
        text(line);
        return;
    }
    if (comment) *comment = 0;
    for (char *c = line; *c; c++)
        if (*c == ']') after = c[1] == ',' ? 1 : after;
    for (char *word = strtok(line, " \t\n,[]"); word && count < 8; word = strtok(NULL, " \t\n,[]")) words[count++] = word;
    if (!count) return;
    size_t length = strlen(words[0]);
    if (words[0][length - 1] == ':') {
        words[0][length - 1] = 0;
        if (pass == 1) {
            if (label_count == sizeof labels / sizeof *labels || length > sizeof labels->name) fail("no room for label", words[0]);
            strcpy(labels[label_count].name, words[0]);
            labels[label_count++].address = BASE + at;
        }
        return;
    }
    if (!strcmp(words[0], ".word") && count == 2) {
        put(words[1][0] == '#' ? number(words[1]) : label(words[1]), 4);
        return;
    }
    if (!strcmp(words[0], ".align")) {
        while (at % 4) put(0, 1);
        return;
    }
    uint32_t modifiers;
    const struct opcode *what = opcode(words[0], &modifiers);
    static char marked[40];
    if (after && what->form == form_memory && count == 4) {
        snprintf(marked, sizeof marked, "!%s", words[2]);
        words[2] = marked;
    }
    put(encode(what, words + 1, count - 1) | modifiers, 4);
}

/* ELF header and one segment that holds everything (gABI; ELF for the Arm Architecture). */
static void headers(uint32_t size) {
    static const unsigned char identification[16] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    at = 0;
    for (int i = 0; i < 16; i++) put(identification[i], 1);
    put(2, 2), put(40, 2), put(1, 4);
    put(label("_start"), 4), put(52, 4), put(0, 4);
    put(0x05000400, 4);
    put(52, 2), put(32, 2), put(1, 2), put(0, 2), put(0, 2), put(0, 2);
    put(1, 4), put(0, 4), put(BASE, 4), put(BASE, 4), put(size, 4), put(size, 4), put(7, 4), put(0x1000, 4);
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s SOURCE PROGRAM\n", argv[0]);
        return 2;
    }
    FILE *source = fopen(argv[1], "r");
    if (!source) {
        perror(argv[1]);
        return 1;
    }
    for (pass = 1; pass <= 2; pass++) {
        char line[500];
        rewind(source);
        at = HEADERS;
        for (line_number = 1; fgets(line, sizeof line, source); line_number++) assemble(line);
    }
    uint32_t size = at;
    headers(size);
    FILE *program = fopen(argv[2], "wb");
    if (!program || fwrite(image, 1, size, program) != size || fclose(program)) {
        perror(argv[2]);
        return 1;
    }
    printf("%s: %u bytes, entry 0x%x\n", argv[2], size, label("_start"));
    return 0;
}
