/* refusal: what every refusal of a program has in common: the exit code, one line that names the
 * thing, no file left.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_REFUSAL_H
#define TESTS_REFUSAL_H

/* A folder of this test's own, with nothing in it. */
const char *refusal_folder(const char *name);

/* Entries of the folder, whatever they are; the last one's name goes to `name` (256 bytes). */
int refusal_entries(const char *path, char *name);

/* Runs "before program --quiet --out FOLDER/bad.dat arguments", without --out where the arguments
 * have it: expects the exit code, one line that begins with the program and has `names` in it, and
 * the folder to be empty. */
void refusal(const char *folder, const char *before, const char *program, const char *arguments,
             const char *names, int code);

#endif
