/* The report: what its chapters say of small results that are made here.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/document.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"

static statement_row row(const char *statement, statement_kind kind, verdict v,
                         const char *command) {
    statement_row r = {.kind = kind,
                       .verdict = v,
                       .bound = 2,
                       .observed = 1,
                       .slack = 2,
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

Test(report, summary_counts_and_names) {
    statement_row claims[] = {row("A", PAPER, NOT_REFUTED, "x"),
                              row("B", PAPER, STATEMENT_REFUTED, "x")};
    statement_row statements[] = {row("C", PAPER, STATEMENT_REFUTED, "x"),
                                  row("D", EXACT, NOT_CHECKED, "x")};
    document d = made(claims, 2, statements, 2);
    char *said = chapter(&d, chapter_summary);
    expect_said(said, "Of 2 claims about Figure 2: 1 not refuted, 1 refuted. Refuted here: B.");
    expect_said(said, "Of 2 statements of the paper and facts under them: 1 refuted, 1 not "
                      "checked. Refuted here: C. No exact or derived statement");
    free(said);
    statements[1].verdict = STATEMENT_REFUTED;
    said = chapter(&d, chapter_summary);
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
    expect_said(said, "](../../plots/quick/loss-dynamics.svg)\n\n`make "
                      "plots/quick/loss-dynamics.svg PROFILE=quick`");
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
    expect_said(said,
                "](../plots/my%20%281%29%20%3Cit%27s%3E%20%C3%A9/loss-dynamics.svg)\n\n"
                "`` make 'plots/my (1) <it'\\''s> \303\251/loss-dynamics.svg' DATA='a`b' ``\n");
    free(said);
    said = chapter(&d, chapter_statements);
    expect_said(said, "c1: ``` build/bin/x --data 'a`b``c' ```\n");
    free(said);
}

/* Each command once; rows point at theirs. What Markdown would read as marks stays as written. */
Test(report, statements_point_at_their_commands) {
    statement_row statements[] = {
        row("||E||_F^2", DERIVED, NOT_REFUTED, "one"), row("B", PAPER, NOT_REFUTED, "two"),
        row("C", EXACT, NOT_REFUTED, "one"), row("D", EXACT, NOT_REFUTED, "three")};
    document d = made(NULL, 0, statements, 4);
    char *said = chapter(&d, chapter_statements);
    expect_said(said, "| \\|\\|E\\|\\|\\_F\\^2 | derived | <span class=\"holds\">not "
                      "refuted</span> | 2 | 1 | 2 | 7 | [c1](#c1) |");
    expect_said(
        said,
        "| B | paper | <span class=\"holds\">not refuted</span> | 2 | 1 | 2 | 7 | [c2](#c2) |");
    expect_said(
        said,
        "| C | exact | <span class=\"holds\">not refuted</span> | 2 | 1 | 2 | 7 | [c1](#c1) |");
    expect_said(said, "- []{#c1}c1: `one`\n- []{#c2}c2: `two`\n- []{#c3}c3: `three`\n\n");
    free(said);
}

Test(report, unchecked_says_why) {
    statement_row statements[] = {row("A", PAPER, NOT_REFUTED, "x"),
                                  row("B", PAPER, NOT_CHECKED, "x"),
                                  row("C", PAPER, HYPOTHESIS_NOT_MET, "x")};
    snprintf(statements[2].hypotheses, sizeof statements[2].hypotheses, "m is small");
    document d = made(NULL, 0, statements, 3);
    char *said = chapter(&d, chapter_unchecked);
    expect_said(said, "- B - <span class=\"unchecked\">not checked</span>: says of B\n- C - <span "
                      "class=\"unmet\">hypothesis not met</span>: m is small\n");
    cr_expect(strstr(said, "- A") == NULL);
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

Test(report, provenance_from_the_tables) {
    document d = made(NULL, 0, NULL, 0);
    write_file("loss-dynamics", "# data sha256: abc\n# ||G||: 3\n# seconds: 12\n# command: "
                                "build/bin/loss-dynamics\nx\n1\n");
    write_file("infinite-ntk", "# lambda_min(Hinf): 0.04\nx\n1\n");
    char *said = chapter(&d, chapter_provenance);
    expect_said(said, "| data sha256 | abc |");
    expect_said(said, "| \\|\\|G\\|\\| | 3 |");
    expect_said(said, "| lambda\\_min(Hinf) | 0.04 |");
    expect_said(said, "| loss-dynamics | 12 | `build/bin/loss-dynamics` |");
    free(said);
}
