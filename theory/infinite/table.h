/* infinite_table: results/infinite-ntk.dat, the eigenvalues of Hinf, with what random networks came to as notes. */
#ifndef THEORY_INFINITE_TABLE_H
#define THEORY_INFINITE_TABLE_H

#include "theory/infinite/units.h"

/* Writes the table to the run's --out. */
status infinite_write(const theory_data *d, const infinite_result *r, const sweep_result *swept);

#endif
