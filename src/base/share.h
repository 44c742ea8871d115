/* Place of the project's own files, whatever the working folder: beside the build folder,
 * or installed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BASE_SHARE_H
#define BASE_SHARE_H

#include <stdbool.h>
#include <stddef.h>

/* The path of a file of the project, such as data/digits.npz: from the executable's folder upwards,
 * at most three times, the first of FOLDER/share/masked-ntk/name and FOLDER/name that is there.
 * False, and path is "", if none is. path: the caller's, size bytes. */
bool share_find(const char *name, char *path, size_t size);

#endif
