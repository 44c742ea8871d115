/* infinite-ntk: the infinite-width kernel Hinf of the data and its smallest eigenvalue (Theorem 1).
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "theory/infinite_ntk/infinite_ntk.h"

int main(int argc, char **argv) { return study_main(&infinite_study, argc, argv); }
