/* concentration_width_table: the table of required-width. */
#ifndef THEORY_CONCENTRATION_WIDTH_TABLE_H
#define THEORY_CONCENTRATION_WIDTH_TABLE_H

#include "run/table.h"
#include "theory/concentration/width_rows.h"

/* One row for every cell in their order, an empty line where xi changes; notes with the exponents. *t: table_free. */
status width_tabulate(const width_cell *cells, size_t count, table **t);

#endif
