/* The report: what its chapters say of small results that are made here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "tests/support/fixture.h"

static statement_row row(const char *statement, statement_kind kind, verdict v,
                         const char *command) {
    statement_row r = {.kind = kind,
                       .verdict = v,
                       .bound = 2,
                       .observed = 1,
                       .slack = 2,
                       .rows = 24,
                       .of = 1000,
                       .trials = 7,
                       .limit = NAN};
    snprintf(r.statement, sizeof r.statement, "%s", statement);
    snprintf(r.says, sizeof r.says, "says of %s", statement);
    snprintf(r.command, sizeof r.command, "%s", command);
    return r;
}

/* The chapter's text; freed by the caller. */
static char *chapter(document *d, void (*write)(document *)) {
    write(d);
    cr_assert(text_bytes(&d->out) && !d->strings.failed);
    char *said = strdup(text_bytes(&d->out));
    document_free(d);
    return said;
}

static void expect_said(const char *whole, const char *said) {
    cr_expect(strstr(whole, said) != NULL, "'%s' is not in:\n%s", said, whole);
}

static document made(statement_row *claims, size_t claim_count, statement_row *statements,
                     size_t statement_count) {
    return (document){.results = fixture_folder("report"),
                      .plots = "../../plots/quick",
                      .make = "PROFILE=quick",
                      .claims = claims,
                      .claim_count = claim_count,
                      .statements = statements,
                      .statement_count = statement_count};
}

Test(report, first_lines_count_and_name) {
    statement_row claims[] = {row("A", PAPER, NOT_REFUTED, "x"),
                              row("B", PAPER, STATEMENT_REFUTED, "x")};
    statement_row statements[] = {row("C", PAPER, STATEMENT_REFUTED, "x"),
                                  row("D", EXACT, NOT_CHECKED, "x")};
    document d = made(claims, 2, statements, 2);
    char *said = chapter(&d, chapter_paper);
    expect_said(
        said,
        "Of 2 claims about Figure 2 and rows held out: 1 not refuted, 1 refuted. Refuted here: B.");
    expect_said(said, "Of 2 statements of the paper and facts under them: 1 refuted, 1 not "
                      "checked. Refuted here: C. No exact or derived statement");
    free(said);
    statements[1].verdict = STATEMENT_REFUTED;
    said = chapter(&d, chapter_paper);
    expect_said(said, "**1 exact or derived statements are refuted");
    free(said);
}

/* Claims stand under their own panel, with the command of this profile; pictures too. */
Test(report, figure2_has_claims_and_commands) {
    statement_row claims[] = {row("Figure 2a jump", PAPER, NOT_REFUTED, "x"),
                              row("Figure 2d step 1", PAPER, STATEMENT_REFUTED, "x")};
    document d = made(claims, 2, NULL, 0);
    char *said = chapter(&d, chapter_figure2);
    const char *a = strstr(said, "## (a)"), *b = strstr(said, "## (b)"),
               *jump = strstr(said, "Figure 2a jump"), *step = strstr(said, "Figure 2d step 1");
    cr_assert(a && b && jump && step);
    cr_expect(a < jump && jump < b && b < step);
    expect_said(said, "](../../plots/quick/loss-dynamics.svg)\n\n<figcaption>");
    expect_said(said, "`make plots/quick/loss-dynamics.svg PROFILE=quick`\n\n</figcaption>");
    expect_said(said, "<summary>The claims: 1 not refuted</summary>");
    expect_said(said, "These rows again: `make claims PROFILE=quick`");
    expect_said(said, "<span class=\"refuted\">refuted</span>");
    free(said);
}

/* Folders and commands of any name: the picture's address is one word, commands are to be copied
 * into a shell. */
Test(report, names_of_any_letters) {
    statement_row statements[] = {row("A", PAPER, NOT_REFUTED, "build/bin/x --data 'a`b``c'")};
    document d = made(NULL, 0, statements, 1);
    d.plots = "../plots/my (1) <it's> \303\251";
    d.make = "DATA='a`b'";
    char *said = chapter(&d, chapter_figure2);
    expect_said(said, "](../plots/my%20%281%29%20%3Cit%27s%3E%20%C3%A9/loss-dynamics.svg)\n\n");
    expect_said(said,
                "`` make 'plots/my (1) <it'\\''s> \303\251/loss-dynamics.svg' DATA='a`b' ``\n");
    free(said);
    said = chapter(&d, chapter_statements);
    expect_said(said, "Again: ``` build/bin/x --data 'a`b``c' ```\n");
    free(said);
}

/* Where a piece of the chapter is; it is there. */
static const char *place_of(const char *said, const char *piece) {
    const char *place = strstr(said, piece);
    cr_assert(place != NULL, "'%s' is not in:\n%s", piece, said);
    return place;
}

/* A program's rows are together, under each of its commands once. What Markdown would read as marks
 * stays as written. */
Test(report, statements_under_their_commands) {
    statement_row statements[] = {row("||E||_F^2", DERIVED, NOT_REFUTED, "bin/drift one"),
                                  row("B", PAPER, STATEMENT_REFUTED, "bin/other"),
                                  row("C", EXACT, NOT_REFUTED, "bin/drift one"),
                                  row("D", EXACT, NOT_REFUTED, "bin/drift two")};
    snprintf(statements[1].anchor, sizeof statements[1].anchor, "theorem-9");
    document d = made(NULL, 0, statements, 4);
    char *said = chapter(&d, chapter_statements);
    const char *one = place_of(said, "Again: `bin/drift one`"),
               *two = place_of(said, "Again: `bin/drift two`"),
               *other = place_of(said, "Again: `bin/other`");
    expect_said(said, "| \\|\\|E\\|\\|\\_F\\^2 | derived | <span class=\"holds\">not "
                      "refuted</span> | 2 | 1 | 2 | 24 | 7 |");
    const char *c = place_of(said, "| C | exact |"), *last = place_of(said, "| D | exact |");
    cr_expect(one < c && c < two && two < last && last < other);
    cr_expect(strstr(one + strlen("Again: `"), "`bin/drift one`") == NULL);
    cr_expect(other < place_of(said, "| [B](mathematics.html#theorem-9) | paper |"));
    expect_said(said, "<summary>The rows: 3 not refuted</summary>");
    expect_said(said, "## other\n\n");
    free(said);
}

/* In the first lines: on how many rows of how many. */
Test(report, summary_tells_the_rows) {
    statement_row statements[] = {row("A", PAPER, NOT_REFUTED, "x"),
                                  row("B", PAPER, NOT_REFUTED, "x")};
    document d = made(NULL, 0, statements, 2);
    char *said = chapter(&d, chapter_settings);
    expect_said(said, "Statements were checked on 24 of your 1000 rows.");
    free(said);
    statements[1].rows = 400;
    said = chapter(&d, chapter_settings);
    expect_said(said, "Statements were checked on 24 to 400 of your 1000 rows");
    free(said);
}

/* The page of advise in full: sentences, and commands as code; or what makes it. */
Test(report, advise_is_there_in_full) {
    document d = made(NULL, 0, NULL, 0);
    char path[256];
    snprintf(path, sizeof path, "%s/advise.txt", fixture_folder("report"));
    remove(path);
    char *said = chapter(&d, chapter_advise);
    expect_said(said, "Not asked yet: `make advise PROFILE=quick` does it.");
    free(said);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fputs("lambda_min is 1.\nIt is small.\n    more: infinite-ntk --data x\n\nThe end.\n", file);
    fclose(file);
    said = chapter(&d, chapter_advise);
    expect_said(said,
                "lambda\\_min is 1.\n\nIt is small.\n\nMore: `infinite-ntk --data x`\n\nThe end.");
    free(said);
}

/* Each row that does not hold in a sentence; one statement at many settings once. */
Test(report, unheld_says_why) {
    statement_row statements[] = {
        row("A", PAPER, NOT_REFUTED, "x"), row("B", PAPER, NOT_CHECKED, "x"),
        row("C, m=1", PAPER, HYPOTHESIS_NOT_MET, "x"),
        row("C, m=2", PAPER, HYPOTHESIS_NOT_MET, "x"), row("D", PAPER, STATEMENT_REFUTED, "x")};
    snprintf(statements[2].hypotheses, sizeof statements[2].hypotheses, "m is small");
    memcpy(statements[3].says, statements[2].says, sizeof statements[3].says);
    statements[1].limit = 0.25;
    statements[4].sense = SENSE_AT_LEAST;
    document d = made(NULL, 0, statements, 5);
    char *said = chapter(&d, chapter_unheld);
    expect_said(said, "- D: says of D. Observed: 1, to be at least 2.\n");
    expect_said(said, "- C, m=1: supposed: m is small. Said: says of C, m=1. Observed: 1. "
                      "Likewise: m=2.\n");
    expect_said(said, "- B: says of B. Observed: 1, p-value or limit 0.25.\n");
    cr_expect(strstr(said, "- A") == NULL && strstr(said, "- C, m=2") == NULL);
    free(said);
}

/* A word has its footnote where it is first used, in the glossary's words without links. */
Test(report, terms_have_one_footnote) {
    document d = made(NULL, 0, NULL, 0);
    d.glossary = strdup("# Words\n\n**slack, room**: how far\nfrom [the bound](x.md#y).\n\n"
                        "**keep**: no.\n");
    cr_assert(d.glossary != NULL);
    cr_expect(eq(str, (char *)document_term(&d, "Room", "room"), "Room[^room]"));
    cr_expect(eq(str, (char *)document_term(&d, "room", "room"), "room"));
    cr_expect(eq(str, (char *)document_term(&d, "oom", "oom"), "oom"));
    char *said = chapter(&d, chapter_terms);
    cr_expect(eq(str, said, "[^room]: **room**: how far from the bound.\n\n"));
    free(said);
}

static void write_file(const char *name, const char *content) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s.dat", fixture_folder("report"), name);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL);
    fputs(content, file);
    fclose(file);
}

/* Factors 2.5 and 1: one cell of two beyond twice the error. */
Test(report, released_program_in_numbers) {
    document d = made(NULL, 0, NULL, 0);
    write_file("error-heatmap", "subnets xi mean\n1 0.5 2\n1 1 4\n");
    write_file("error-heatmap-zero", "subnets xi mean\n1 1 4\n1 0.5 5\n");
    char *said = chapter(&d, chapter_released);
    expect_said(said, "In 1 of 2 cells the released behaviour ends at more than twice the error of "
                      "Algorithm 1; the largest factor is 2.5, at p = 1, xi = 0.5.");
    expect_said(said, "| 1 | 0.5 | 2 | 5 | 2.5 |");
    free(said);
}

/* The law that leaves the least error, with its interval; the claims; what is not there is said. */
Test(report, masks_in_numbers) {
    statement_row claims[] = {row("Held-out error along xi", PAPER, STATEMENT_REFUTED, "x"),
                              row("Figure 2a jump", PAPER, NOT_REFUTED, "x")};
    document d = made(claims, 2, NULL, 0);
    write_file("mask-laws", "subnets xi mask mean ratio ratio_low ratio_high\n"
                            "2 0.5 bernoulli 4 1 1 1\n2 0.5 partition 3 0.75 0.7 0.8\n"
                            "4 0.25 bernoulli 8 1 1 1\n4 0.25 partition 9 1.125 1.1 1.2\n");
    write_file("held-out", "subnets xi held\n1 1 4\n");
    char *said = chapter(&d, chapter_masks);
    expect_said(said, "p = 2: partition, 0.75 times that of Bernoulli masks (95 % interval 0.7 to "
                      "0.8); p = 4: bernoulli, 1 times");
    expect_said(said, "| 4 | partition | 9 | 1.12 | 1.1 to 1.2 |");
    expect_said(said, "Held-out error along xi");
    cr_expect(eq(ptr, strstr(said, "Figure 2a jump"), NULL));
    free(said);
    d = made(claims, 2, NULL, 0);
    d.results = "build/test-tmp";
    said = chapter(&d, chapter_masks);
    expect_said(said, "Not run yet: `make masks PROFILE=quick` does it.");
    free(said);
}

Test(report, provenance_from_the_tables) {
    document d = made(NULL, 0, NULL, 0);
    write_file("loss-dynamics", "# data sha256: abc\n# ||G||: 3\n# seconds: 12.34 (predicted 5)\n# "
                                "memory: 52 MiB at most\n# command: "
                                "build/bin/loss-dynamics\nx\n1\n");
    write_file("infinite-ntk", "# lambda_min(Hinf): 0.034737846259495893\nx\n1\n");
    char *said = chapter(&d, chapter_provenance);
    expect_said(said, "| data sha256 | abc |");
    expect_said(said, "| \\|\\|G\\|\\| | 3 |");
    expect_said(said, "| lambda\\_min(Hinf) | 0.034737846259495893 |");
    free(said);
    said = chapter(&d, chapter_paper);
    expect_said(said, "lambda_min(Hinf) = 0.03474.\n");
    free(said);
    said = chapter(&d, chapter_artifact);
    expect_said(said, "| 12.3 | 52 | [loss-dynamics.dat](#figure-2a) | "
                      "`build/bin/loss-dynamics` |");
    free(said);
}

/* The program on published tables: heads of chapters in their order; of the user's own data the
 * page of advise is the first. */
static void expect_order(const char *settings, const char *const *heads, size_t count) {
    char command[512], said[1024], path[256];
    snprintf(path, sizeof path, "%s/REPORT.md", fixture_folder("report-order"));
    snprintf(command, sizeof command,
             "TOOL/report --quiet --results results/published/quick --make \"%s\" --out %s",
             settings, path);
    cr_assert(eq(int, fixture_run(command, said, sizeof said), 0), "%s", said);
    size_t size;
    char *whole;
    cr_assert(eq(int, file_read_whole(path, 1 << 20, &whole, &size), OK), "%s", error_text());
    const char *at = whole;
    for (size_t k = 0; k < count; k++) {
        const char *found = strstr(at, heads[k]);
        cr_assert(found != NULL, "%s: '%s' is not behind '%s'", settings, heads[k],
                  k > 0 ? heads[k - 1] : "");
        at = found;
    }
    free(whole);
}

Test(report, chapters_in_order) {
    static const char *const ours[] = {"arXiv 2112.02668",
                                       "lambda_min(Hinf) = 0.",
                                       "**Algorithm 1**",
                                       "\n# Data, settings, tests\n",
                                       "\n# What does not hold, and why\n",
                                       "\n# Figure 2\n",
                                       "\n# The statements\n",
                                       "\n# Claims, for artifact evaluation\n",
                                       "\n# What the theory says about these data\n",
                                       "\n[^aggregation]: "};
    static const char *const theirs[] = {"**Algorithm 1**",
                                         "\n# What the theory says about these data\n",
                                         "\n# Data, settings, tests\n"};
    expect_order("PROFILE=quick", ours, sizeof ours / sizeof *ours);
    expect_order("DATA='mine.npz'", theirs, sizeof theirs / sizeof *theirs);
}
