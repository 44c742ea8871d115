#include "model/gram.h"

#include <stdlib.h>
#include <string.h>

#include "run/blas.h"

static status fill_matrix(const dataset *data, gram *g)
{
    double *exact = allocate(g->n * g->n, sizeof *exact, "Gram matrix");
    g->G = allocate(g->n * g->ld, sizeof *g->G, "Gram matrix");
    if (!exact || !g->G) {
        free(exact);
        return FAILED;
    }
    dataset_gram(data, exact);
    for (size_t i = 0; i < g->n; i++)
        for (size_t j = 0; j < g->n; j++)
            g->G[i * g->ld + j] = (real)exact[i * g->n + j];
    free(exact);
    return OK;
}

status gram_new(const dataset *data, gram_way way, gram *g)
{
    enum { LINE = 64 / sizeof(real) };
    *g = (gram){.n = data->n, .d = data->d, .q = data->q};
    g->ld = (g->n + LINE - 1) / LINE * LINE;
    g->way = way != GRAM_AUTO ? way : g->n <= 2 * g->d ? GRAM_MATRIX : GRAM_FACTOR;
    g->X = allocate(g->n * g->d, sizeof *g->X, "inputs in working precision");
    g->Y = allocate(g->q * g->ld, sizeof *g->Y, "labels in working precision");
    if (!g->X || !g->Y || (g->way == GRAM_MATRIX && fill_matrix(data, g) != OK)) {
        gram_free(g);
        return FAILED;
    }
    for (size_t k = 0; k < g->n * g->d; k++)
        g->X[k] = (real)data->X[k];
    for (size_t i = 0; i < g->n; i++)
        for (size_t o = 0; o < g->q; o++)
            g->Y[o * g->ld + i] = (real)data->Y[i * g->q + o];
    return OK;
}

void gram_free(gram *g)
{
    free(g->X);
    free(g->G);
    free(g->Y);
    *g = (gram){0};
}

size_t gram_workspace(const gram *g)
{
    return g->d * GRAM_PANEL;
}

double gram_cost(const gram *g)
{
    double n = (double)g->n, d = (double)g->d;
    return g->way == GRAM_MATRIX ? 2 * n * n : 4 * n * d;
}

/* Seen column-major, S and Z are n x count, X is d x n. */
void gram_apply(const gram *g, const real *S, size_t count, real *Z, real *work)
{
    int n = (int)g->n, d = (int)g->d, k = (int)count, ld = (int)g->ld;
    if (g->way == GRAM_MATRIX) {
        real_gemm(CblasColMajor, CblasNoTrans, CblasNoTrans, n, k, n, -1, g->G, ld, S, ld, 1, Z, ld);
        return;
    }
    real_gemm(CblasColMajor, CblasNoTrans, CblasNoTrans, d, k, n, 1, g->X, d, S, ld, 0, work, d);
    real_gemm(CblasColMajor, CblasTrans, CblasNoTrans, n, k, d, -1, g->X, d, work, d, 1, Z, ld);
}

void gram_project(const gram *g, const real *W, size_t m, real *Z)
{
    memset(Z, 0, m * g->ld * sizeof *Z);
    real_gemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)g->n, (int)m, (int)g->d, 1, g->X, (int)g->d, W, (int)g->d, 0,
              Z, (int)g->ld);
}
