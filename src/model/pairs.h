/* Assumption 1, no two inputs parallel: the closest pair of a data set, and rows of one direction.
 */
#ifndef MODEL_PAIRS_H
#define MODEL_PAIRS_H

#include "model/dataset.h"

/* Sets data's smallest_angle, closest, opposite and opposite_rows from its rows and same_angle.
 * BAD_INPUT, with a line that names the first pairs, if two rows are of one direction. */
status pairs_check(dataset *data);

#endif
