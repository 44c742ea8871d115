/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theory/statements/statements.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

#define INFINITE "infinite-ntk"
#define CONCENTRATION "ntk-concentration"
#define WIDTH "required-width"
#define DESCENT "local-descent"
#define DRIFT "drift"
#define MOMENTS_OF_MASKS "mask-moments"
#define BERNOULLI "bernoulli-rate"
#define CATEGORICAL "categorical-rate"
#define FLOOR "error-floor"

const char *const statement_programs[] = {INFINITE,  CONCENTRATION, WIDTH,
                                          DESCENT,   DRIFT,         MOMENTS_OF_MASKS,
                                          BERNOULLI, CATEGORICAL,   FLOOR};
const size_t statement_program_count = sizeof statement_programs / sizeof *statement_programs;

const statement_promise statement_promises[] = {
    {INFINITE, "Assumption 1", PAPER, "unit inputs, bounded labels, no two inputs parallel"},
    {INFINITE, "Theorem 1", PAPER, "lambda_min(Hinf) > 0 if no two inputs are parallel"},

    {CONCENTRATION, "Theorem 2", PAPER,
     "every masked NTK of a wide network has lambda_min >= xi lambda0/2"},
    {CONCENTRATION, "Theorem 2, Hoeffding", DERIVED, "entries of H_m - xi Hinf, Hoeffding"},
    {CONCENTRATION, "Theorem 2, Bernstein", DERIVED, "entries of H_m - xi Hinf, Bernstein"},
    {CONCENTRATION, "Theorem 2, matrix Bernstein", DERIVED, "||H_m - xi Hinf||, matrix Bernstein"},
    {CONCENTRATION, "Theorem 2, matrix Chernoff", DERIVED,
     "lambda_min(H_m) from below, matrix Chernoff"},
    {WIDTH, "Theorem 2, orthonormal rows", PAPER, "the widths asked for, where they can be had"},
    {WIDTH, "Theorem 2, few rows", PAPER, "the same on 2 and 3 rows of the data"},
    {WIDTH, "Theorem 2, width against n", PAPER,
     "the width needed grows with n and 1/xi as the theorem's"},

    {DESCENT, "Hypothesis 1", PAPER, "every subnetwork descends locally"},
    {DESCENT, "Hypothesis 1, contraction", DERIVED, "contraction of a local step"},
    {DESCENT, "Hypothesis 1, movement", DERIVED, "movement of the weights within a round"},

    {DRIFT, "Theorem 2 along runs", PAPER,
     "lambda_min(H_m(k,t)) >= xi lambda0/2 along training runs"},
    {DRIFT, "Lemma 16 along runs", DERIVED, "neurons near the boundary, inside the R-ball"},

    {MOMENTS_OF_MASKS, "Definition 1", EXACT, "E_mask[H_m] = H"},
    {MOMENTS_OF_MASKS, "Lemma 1", EXACT, "mean of the mixing function"},
    {MOMENTS_OF_MASKS, "Lemma 2", EXACT, "mean of the mixing gradient"},
    {MOMENTS_OF_MASKS, "Lemma 3", EXACT, "spread of the mixing function"},
    {MOMENTS_OF_MASKS, "Lemma 4", DERIVED, "norm of the mixing gradient"},
    {MOMENTS_OF_MASKS, "Lemmas 5-12, 15, 19", EXACT,
     "the split of ||y - u_{k+1}||^2 that they serve"},
    {MOMENTS_OF_MASKS, "Lemma 13", EXACT, "loss of the average and of the subnetworks"},
    {MOMENTS_OF_MASKS, "Lemma 14", EXACT, "distance to the average and between subnetworks"},
    {MOMENTS_OF_MASKS, "Lemma 16", DERIVED, "neurons that can flip inside the R-ball"},
    {MOMENTS_OF_MASKS, "Lemma 17", DERIVED, "norm of the kernel of these neurons"},
    {MOMENTS_OF_MASKS, "Lemma 18", EXACT, "P(c_r >= 1) and E[eta_r m_r^l]"},
    {MOMENTS_OF_MASKS, "Lemma 20", EXACT, "mean of nu_{r,r'}"},
    {MOMENTS_OF_MASKS, "Lemma 21", EXACT, "variance of nu_{r,r'}"},
    {MOMENTS_OF_MASKS, "Lemma 22", DERIVED, "||W_0||_F^2"},
    {MOMENTS_OF_MASKS, "Lemma 23", DERIVED, "sum_r <w_{0,r}, x_i>^2"},
    {MOMENTS_OF_MASKS, "Lemmas 24, 25", EXACT, "E||u - u^l||^2"},
    {MOMENTS_OF_MASKS, "Lemma 26", EXACT, "E||y - u_0||^2"},
    {MOMENTS_OF_MASKS, "Mean of a step", EXACT, "its closed form"},

    {BERNOULLI, "Theorem 3", PAPER, "convergence with Bernoulli masks, up to an error B_1"},
    {BERNOULLI, "Corollary 1", PAPER, "dropout"},
    {BERNOULLI, "Corollary 2", PAPER, "multi-sample dropout"},
    {BERNOULLI, "Corollary 3", PAPER, "multi-worker training of independent subnetworks"},

    {CATEGORICAL, "Theorem 4", PAPER, "convergence with categorical masks"},
    {FLOOR, "Effective dynamics, floor", DERIVED, "floor predicted without a mask"},
    {FLOOR, "Effective dynamics, curve", DERIVED, "fall of the error predicted without a mask"},
};
const size_t statement_promise_count = sizeof statement_promises / sizeof *statement_promises;

bool statement_about(const char *statement, const char *label) {
    size_t length = strlen(label);
    for (const char *at = strstr(statement, label); at; at = strstr(at + 1, label)) {
        bool begins = at == statement || !isalnum((unsigned char)at[-1]);
        bool ends =
            !(isalnum((unsigned char)label[length - 1]) && isalnum((unsigned char)at[length]));
        if (begins && ends) { return true; }
    }
    return false;
}

static bool answered(const claim_rows *list, size_t first, size_t last, const char *label) {
    for (size_t k = first; k < last; k++) {
        if (statement_about(list->rows[k].statement, label)) { return true; }
    }
    return false;
}

/* Appends a row `not checked` for every promise of the program that no row from number `first` on
 * is about. why: what is missing; command: computes it. */
static status complete(const char *program, size_t first, const char *why, const char *command,
                       claim_rows *list) {
    size_t last = list->count;
    for (size_t k = 0; k < statement_promise_count; k++) {
        const statement_promise *promise = &statement_promises[k];
        if (strcmp(promise->program, program) != 0 || answered(list, first, last, promise->label)) {
            continue;
        }
        statement_row *row = claim_rows_append(list);
        if (!row) { return FAILED; }
        row->kind = promise->kind;
        snprintf(row->statement, sizeof row->statement, "%s", promise->label);
        snprintf(row->says, sizeof row->says, "%s", promise->says);
        snprintf(row->hypotheses, sizeof row->hypotheses, "%.*s", (int)sizeof row->hypotheses - 1,
                 why);
        snprintf(row->command, sizeof row->command, "%s", command);
    }
    return OK;
}

/* Which data and seed a part is of. */
static status read_notes(statement_part *part) {
    table_data data;
    status s = table_read(part->path, &data);
    if (s != OK) { return s; }
    if (!table_note_of(&data, "data sha256", part->data, sizeof part->data)) {
        part->data[0] = '\0';
    }
    if (!table_note_of(&data, "seed", part->seed, sizeof part->seed)) { part->seed[0] = '\0'; }
    table_data_free(&data);
    return OK;
}

static status read_part(const char *folder, const char *program, statement_part *part,
                        claim_rows *list) {
    *part = (statement_part){.there = false};
    int length = snprintf(part->path, sizeof part->path, "%s/%s.statements.dat", folder, program);
    if (length < 0 || (size_t)length >= sizeof part->path) {
        return fail(BAD_INPUT, "--results: the path is too long; give a shorter one");
    }
    if (access(part->path, F_OK) != 0 && errno == ENOENT) { return OK; }
    size_t before = list->count;
    status s = read_notes(part);
    if (s == OK) { s = verdict_read(part->path, &list->rows, &list->count); }
    list->capacity = list->count;
    part->there = s == OK;
    part->rows = list->count - before;
    return s;
}

/* What computes the program's part. */
static status command_of(const char *path, const char *folder, const char *program,
                         char command[PROGRAM_COMMAND]) {
    char out[PATH_MAX + 64];
    snprintf(out, sizeof out, "%s/%s.dat", folder, program);
    const char *words[] = {path, "--out", out};
    size_t length = 0;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        length = option_quote(command, PROGRAM_COMMAND, length, words[k]);
    }
    return length < PROGRAM_COMMAND
               ? OK
               : fail(BAD_INPUT, "--results: the path is too long; give a shorter one");
}

status statement_gather(const program_options *run, const char *folder, statement_part *parts,
                        claim_rows *list) {
    for (size_t k = 0; k < statement_program_count; k++) {
        const char *program = statement_programs[k];
        size_t first = list->count;
        char command[PROGRAM_COMMAND], path[PATH_MAX], why[PATH_MAX + 64];
        status s = read_part(folder, program, &parts[k], list);
        if (s != OK) { return s; }
        program_beside(run, program, path, sizeof path);
        if ((s = command_of(path, folder, program, command)) != OK) { return s; }
        if (parts[k].there) {
            snprintf(why, sizeof why, "%s has no row about it", parts[k].path);
        } else {
            snprintf(why, sizeof why, "not computed yet: run %s", path);
        }
        s = complete(program, first, why, command, list);
        if (s != OK) { return s; }
    }
    return OK;
}

bool statement_parts_agree(const statement_part *parts) {
    const statement_part *first = NULL;
    for (size_t k = 0; k < statement_program_count; k++) {
        if (!parts[k].there) { continue; }
        if (first &&
            (strcmp(first->data, parts[k].data) != 0 || strcmp(first->seed, parts[k].seed) != 0)) {
            return false;
        }
        first = first ? first : &parts[k];
    }
    return true;
}
