#include <stdint.h>

#include "_cgo_export.h"

long walk(uintptr_t visitor, long steps) {
    unsigned long sum = 0;
    for (long step = 0; step < steps; step++) sum += (unsigned long)visit(visitor, step);
    return (long)sum;
}
