/* Throughput of training on this machine just now, for predicted times. */
#ifndef MODEL_THROUGHPUT_H
#define MODEL_THROUGHPUT_H

#include "model/train.h"

/* Seconds that one operation of train_round_cost takes on one of `threads` threads that all train
 * at once, measured over about `seconds` with settings s on g. 0 if it could not be measured (no
 * memory). */
double throughput_measure(const gram *g, const train_settings *s, int threads, double seconds);

#endif
