#include "polygon.h"

#include "config.h"
#include "table.h"

long polygon_edge(int corners, long radius) {
    if (corners < 3 || corners > 12) return -1;
    return 2 * radius * thousandths[corners] / 1000;
}
