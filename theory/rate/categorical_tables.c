#include "theory/rate/categorical_tables.h"

#include <math.h>
#include <stdlib.h>

#include "model/bounds.h"
#include "run/stats.h"

enum { DIGITS = 17 };

static const char names[] = "regime samples width subnets local_steps eta round whole sampled jump "
                            "jump_sd jump_predicted descended "
                            "descent_bound drop drop_predicted omega indicated bound";

static const char legend[] =
    "regime run: a usual setting; event: one in which Omega_k holds\nsamples n\nwidth m\nsubnets "
    "p\n"
    "local_steps tau\neta step size\nround k\n"
    "whole ||y - u_k||^2, mean over trials, as all that follows\n"
    "sampled (1/p) sum_l ||y - u^l_{k,0}||^2 after masks are drawn\n"
    "jump sampled - whole, measured\njump_sd standard deviation of the jump over trials (n-1)\n"
    "jump_predicted V_k (E9)\ndescended (1/p) sum_l ||y - u^l_{k,tau}||^2 after local descent\n"
    "descent_bound rho^tau * sampled, at least descended where every local step satisfies (4)\n"
    "drop descended - ||y - u_{k+1}||^2, measured\n"
    "drop_predicted A_k (E10)\nomega share of trials in Omega_k\n"
    "indicated mean of ||y - u_k||^2 over all trials, those outside Omega_k count 0\n"
    "bound rho^(tau k) ||y - u_0||^2 + Vbar rho^tau/(1 - rho^tau), at least indicated";

/* Over trials, of column at round k; less >= 0: of its difference to column `less` at round k + later. */
static stats_summary summary_of(const categorical_trials *t, size_t k, int column, int less,
                                size_t later, double *work)
{
    for (size_t j = 0; j < t->trials; j++) {
        work[j] = categorical_value(t, j, k, column);
        if (less >= 0) { work[j] -= categorical_value(t, j, k + later, less); }
    }
    return stats_summarise(work, t->trials);
}

static double mean_of(const categorical_trials *t, size_t k, int column, double *work)
{
    return summary_of(t, k, column, -1, 0, work).mean;
}

static double mean_indicated(const categorical_trials *t, size_t k, double *work)
{
    for (size_t j = 0; j < t->trials; j++) {
        work[j] =
            categorical_value(t, j, k, CAT_OMEGA) == 0 ? 0 : categorical_value(t, j, k, CAT_WHOLE);
    }
    return stats_summarise(work, t->trials).mean;
}

static void fill_round(const categorical_trials *t, size_t k, double *work, table *out)
{
    const categorical_claim claim = categorical_claim_of(t->cell);
    double tau = (double)t->cell->s.local_steps, sampled = NAN, drop = NAN;
    stats_summary jump = {NAN, NAN, NAN, NAN};
    if (k < t->cell->rounds) {
        sampled = mean_of(t, k, CAT_SAMPLED, work);
        jump = summary_of(t, k, CAT_SAMPLED, CAT_WHOLE, 0, work);
        drop = summary_of(t, k, CAT_DESCENDED, CAT_WHOLE, 1, work).mean;
    }
    const double numbers[] = {mean_of(t, k, CAT_WHOLE, work),
                              sampled,
                              jump.mean,
                              jump.sd,
                              mean_of(t, k, CAT_JUMP, work),
                              mean_of(t, k, CAT_DESCENDED, work),
                              pow(claim.rho, tau) * sampled,
                              drop,
                              mean_of(t, k, CAT_DROP, work),
                              mean_of(t, k, CAT_OMEGA, work),
                              mean_indicated(t, k, work),
                              bounds_categorical_error(claim.rho, tau, (double)k,
                                                       mean_of(t, 0, CAT_WHOLE, work),
                                                       claim.jump_bound)};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) { table_number(out, numbers[i]); }
}

static void fill_cell(const categorical_trials *t, bool event, double *work, table *out)
{
    const train_settings *s = &t->cell->s;
    for (size_t k = 0; k <= t->cell->rounds; k++) {
        table_row(out);
        table_text(out, event ? "event" : "run");
        table_number(out, (double)t->cell->data->data.n);
        table_number(out, (double)s->width);
        table_number(out, (double)s->subnets);
        table_number(out, (double)s->local_steps);
        table_number(out, s->lr);
        table_number(out, (double)k);
        fill_round(t, k, work, out);
    }
}

status categorical_write(const theory_data *data, const sweep_result *result, const char *settings,
                         const categorical_trials *cells, size_t count, size_t first_event)
{
    table *t = table_new(names, legend, DIGITS);
    double *work = allocate(count ? cells[0].trials : 0, sizeof *work, "values of a round");
    status done = t && work ? OK : FAILED;
    if (done == OK) {
        table_note(t, "statement",
                   "Theorem 4: E[1_Omega_k ||y - u_k||^2] <= rho^(tau k) ||y - u_0||^2 + Vbar "
                   "rho^tau/(1 - rho^tau)");
        table_note(t, "settings", "%s", settings);
        theory_note(data, result, t);
        for (size_t c = 0; c < count; c++) {
            fill_cell(&cells[c], c >= first_event, work, t);
            if (c + 1 < count) { table_gap(t); }
        }
        done = table_write(t, data->run->out);
    }
    if (done == OK) { program_say(data->run, "wrote %s", data->run->out); }
    table_free(t);
    free(work);
    return done;
}
