/* Assumption 1, no two inputs parallel: the closest pair of a data set, and rows of one direction.
 */
#ifndef MODEL_PAIRS_H
#define MODEL_PAIRS_H

#include "model/dataset.h"

/* Sets data's smallest_angle, closest, opposite and opposite_rows from its rows and same_angle.
 * BAD_INPUT, with a line that names the first pairs, if two rows are of one direction. */
status pairs_check(dataset *data);

/* What two inputs at an angle (radians) cap lambda_min(Hinf) at, whatever the others: the smaller
 * eigenvalue of their own kernel, 1/2 - cos(angle) (pi - angle)/(2 pi). */
double pairs_cap(double angle);

#endif
