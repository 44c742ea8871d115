/* drift: how far weights, activations and masked kernels stray along real runs. */
#include "theory/drift/drift.h"

int main(int argc, char **argv) { return study_main(&drift_study, argc, argv); }
