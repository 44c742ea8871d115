/* advise: one page about the user's own data. */
#include "theory/advise/advise.h"

int main(int argc, char **argv) { return study_main(&advise_study, argc, argv); }
