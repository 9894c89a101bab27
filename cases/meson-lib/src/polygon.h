#ifndef POLYGON_H
#define POLYGON_H

/* Edge of the regular polygon with `corners` corners in a circle of this radius; in thousandths. */
long polygon_edge(int corners, long radius);

#endif
