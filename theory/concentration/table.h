/* concentration_table: the table of ntk-concentration: measured quantiles beside every bound. */
#ifndef THEORY_CONCENTRATION_TABLE_H
#define THEORY_CONCENTRATION_TABLE_H

#include "run/table.h"
#include "theory/concentration/rows.h"

/* One row for every kind of masks and width, an empty line between kinds; notes with the width that every bound asks
 * for and with the slopes. *t: table_free. */
status concentration_tabulate(const concentration_result *r, table **t);

#endif
