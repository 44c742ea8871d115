#include "theory/moments/masks.h"

#include <string.h>

status moments_masks_count(const train_settings *s, size_t *count)
{
    enum { MOST = 1 << 20 };
    bool categorical = s->mask == MASK_CATEGORICAL;
    size_t base = categorical ? s->subnets : 2,
           digits = categorical ? s->width : s->width * s->subnets;
    *count = 1;
    for (size_t k = 0; k < digits; k++) {
        *count *= base;
        if (*count > MOST) {
            return fail(BAD_INPUT,
                        "m = %zu, p = %zu: more than %d masks to enumerate; take fewer neurons",
                        s->width, s->subnets, MOST);
        }
    }
    return OK;
}

double moments_masks_decode(const train_settings *s, size_t code, unsigned char *mask)
{
    size_t m = s->width, p = s->subnets;
    double weight = 1;
    memset(mask, 0, p * m);
    if (s->mask == MASK_CATEGORICAL) {
        for (size_t r = 0; r < m; r++, code /= p, weight /= (double)p) {
            mask[code % p * m + r] = 1;
        }
        return weight;
    }
    for (size_t k = 0; k < p * m; k++) {
        mask[k] = code >> k & 1;
        weight *= mask[k] ? s->xi : 1 - s->xi;
    }
    return weight;
}
