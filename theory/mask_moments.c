/* mask-moments: the facts about masks of section 5 (Lemmas 1-4, 13, 14, 16-18, 20-26, E1-E12, Definition 1) and the
 * split that stands for Lemmas 5-12, 15, 19: every mask of a small network, random masks and starts at real size, and
 * real runs. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "run/options.h"
#include "theory/shared/criteria.h"
#include "theory/moments/gather.h"

enum {
    KEY_WIDTH = PROGRAM_OWN_KEY,
    KEY_SUBNETS,
    KEY_XI,
    KEY_KAPPA,
    KEY_DELTA,
    KEY_TRIALS,
    KEY_ROUNDS,
    KEY_LOCAL_STEPS,
    KEY_STEP,
    KEY_LABEL
};

enum { MAX_WIDTH = 100000, MAX_SUBNETS = 1000, MAX_TRIALS = 1000000, MAX_STEPS = 10000, MAX_LABEL = 1000000 };

static const struct argp_option option_list_of_moments[] = {
    {0, 0, 0, 0, "Masks and runs:", 1},
    {"width", KEY_WIDTH, "N", 0, "hidden neurons m (default 500)", 1},
    {"subnets", KEY_SUBNETS, "N", 0, "subnetworks per round p (default 10)", 1},
    {"xi", KEY_XI, "X", 0, "probability that a Bernoulli mask takes a neuron, in (0, 1] (default 0.3)", 1},
    {"kappa", KEY_KAPPA, "X", 0, "standard deviation of the initial weights (default 1)", 1},
    {"delta", KEY_DELTA, "X", 0, "failure probability of Lemmas 16, 22, 23 (default 0.05)", 1},
    {"trials", KEY_TRIALS, "N", 0, "draws of masks of each kind, and starts (default 400)", 1},
    {"rounds", KEY_ROUNDS, "N", 0, "rounds of a run (default 6)", 1},
    {"local-steps", KEY_LOCAL_STEPS, "N", 0, "gradient steps tau of a subnetwork in a round (default 3)", 1},
    {"step", KEY_STEP, "X", 0, "step size of the runs times ||G|| (default 0.1)", 1},
    {"label", KEY_LABEL, "N", 0, "label column, counted from 0 (default 0)", 1},
    {0}};

static status parse_size(const char *name, const char *text, uint64_t low, uint64_t high, size_t *value)
{
    uint64_t x;
    status s = option_count(name, text, low, high, &x);
    if (s == OK)
        *value = x;
    return s;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    moments_options *o = state->input;
    status s = OK;
    switch (key) {
    case KEY_WIDTH:
        s = parse_size("width", text, 2, MAX_WIDTH, &o->width);
        break;
    case KEY_SUBNETS:
        s = parse_size("subnets", text, 1, MAX_SUBNETS, &o->subnets);
        break;
    case KEY_XI:
        s = option_number("xi", text, 0, 1, 1, &o->xi);
        break;
    case KEY_KAPPA:
        s = option_number("kappa", text, 0, 1e6, 1, &o->kappa);
        break;
    case KEY_DELTA:
        s = option_number("delta", text, 0, 0.5, 1, &o->delta);
        break;
    case KEY_TRIALS:
        s = parse_size("trials", text, 2 * MOMENT_UNITS, MAX_TRIALS, &o->trials);
        break;
    case KEY_ROUNDS:
        s = parse_size("rounds", text, 1, MAX_STEPS, &o->rounds);
        break;
    case KEY_LOCAL_STEPS:
        s = parse_size("local-steps", text, 1, MAX_STEPS, &o->local_steps);
        break;
    case KEY_STEP:
        s = option_number("step", text, 0, 1, 1, &o->step);
        break;
    case KEY_LABEL:
        s = parse_size("label", text, 0, MAX_LABEL, &o->label);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return s == OK ? 0 : EINVAL;
}

static void note_all(const moments_study *study, const sweep_result *result, table *t)
{
    const moments_options *o = study->options;
    table_note(t, "statement", "Lemmas 1-26 about masks, E1-E12 of section 5");
    theory_note(study->data, result, t);
    table_note(t, "width m", "%zu", o->width);
    table_note(t, "subnets p", "%zu", o->subnets);
    table_note(t, "xi", "%g (Bernoulli), 1/p (categorical)", o->xi);
    table_note(t, "kappa", "%g", o->kappa);
    table_note(t, "delta", "%g", o->delta);
    table_note(t, "trials", "%zu draws of masks of each kind, and starts", study->trials * MOMENT_UNITS);
    table_note(t, "runs", "%d of each kind, %zu rounds of %zu steps of %g/||G||", MOMENT_UNITS, o->rounds,
               o->local_steps, o->step);
    table_note(t, "R", "%.17g (p_R = %.17g)", study->starts.radius, study->near_share);
}

static status write_tables(const moments_study *study, const sweep_result *result, table *t, table *rounds)
{
    const char *out = study->data->run->out;
    char path[PATH_MAX];
    size_t length = strlen(out);
    bool dat = length > 4 && strcmp(out + length - 4, ".dat") == 0;
    snprintf(path, sizeof path, "%.*s.rounds.dat", (int)(dat ? length - 4 : length), out);
    note_all(study, result, t);
    note_all(study, result, rounds);
    status s = table_write(rounds, path);
    if (s == OK)
        s = table_write(t, out);
    if (s == OK)
        program_say(study->data->run, "wrote %s and %s", out, path);
    return s;
}

static status report(const moments_study *study, const sweep *s, const sweep_result *result)
{
    theory_rows rows = {.command = study->data->run->redo};
    table *t = moments_table_new(), *rounds = moments_rounds_table_new();
    status done = t && rounds ? moments_gather(study, s, result, &rows, t, rounds) : FAILED;
    if (done == OK)
        done = write_tables(study, result, t, rounds);
    if (done == OK)
        done = theory_finish(study->data, &rows);
    table_free(t);
    table_free(rounds);
    theory_rows_free(&rows);
    return done;
}

static status run(const theory_data *data, const moments_options *options)
{
    moments_study study;
    status done = moments_study_open(data, options, &study);
    if (done != OK)
        return done;
    char settings[1024];
    moments_settings_text(&study, settings, sizeof settings);
    sweep s = {.program = data->run->name,
               .settings = settings,
               .cells = CELLS,
               .repeats = MOMENT_UNITS,
               .values = moments_unit_values(options),
               .cost = moments_unit_cost,
               .seconds_per_cost = moments_pace(&study),
               .run = moments_unit,
               .context = &study};
    sweep_options how = program_sweep_options(data->run);
    sweep_result result = {0};
    done = sweep_run(&s, &how, &result);
    if (done == OK && how.predict)
        printf("%.3g\n", result.predicted);
    if (done == OK && result.complete)
        done = report(&study, &s, &result);
    sweep_result_free(&result);
    moments_study_close(&study);
    return done;
}

int main(int argc, char **argv)
{
    moments_options options = {.width = 500,
                               .subnets = 10,
                               .xi = 0.3,
                               .kappa = 1,
                               .delta = CRITERION_DELTA,
                               .step = 0.1,
                               .local_steps = 3,
                               .rounds = 6,
                               .trials = 400};
    program_options common;
    const struct argp own = {option_list_of_moments, parse, NULL, NULL, NULL, NULL, NULL};
    status s = program_parse(argc, argv,
                             "The facts about masks that the convergence proofs rest on, checked one by one", &own,
                             &options, &common);
    theory_data data = {.run = NULL};
    if (s == OK)
        s = theory_open(&common, 0, options.label, &data);
    if (s == OK)
        s = run(&data, &options);
    theory_close(&data);
    return program_exit(&common, s);
}
