/* Figure 2: each panel with the claims about it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "report/document.h"

/* Why the error rises with the width, where it does. */
static void tell_controls(document *d) {
    text_add(&d->out, "Where the error rises with the width, three controls each take one cause "
                      "away, and their rows say what is left of the rise: in the released "
                      "parametrisation eta grows with m and with it the variance that masks leave, "
                      "and the stop rule ends wide networks sooner. Controls: *observed* is the "
                      "rise that is left, *p* that it is not smaller than the figure's.\n\n");
    document_picture(d, "width-controls",
                     "Error level against width: the figure's curve at one xi, after the same "
                     "rounds for all widths, with a rate that falls as 1/m, and in theory scaling",
                     "**Why the error rises with the width.** Error at the end of a run against "
                     "the width m, at one xi, mean and standard deviation over repetitions. "
                     "*figure*: as in panel (c). Each control changes one thing: *same rounds*, "
                     "all widths stop after the same rounds; *lr W/m*, the step size falls as 1/m "
                     "from the least width W on; *theory scaling*, the paper's parametrisation, in "
                     "which the same step size serves all widths. A control that stays flat where "
                     "the figure rises names a cause.");
}

void chapter_figure2(document *d) {
    static const struct {
        const char *title, *figure, *alternative, *caption, *panel, *observed, *limit;
    } panels[] = {
        {"(a) Error along a run", "loss-dynamics",
         "Error against iteration for three values of xi: it falls along local steps, drops at "
         "aggregation and jumps when masks are drawn",
         "**Figure 2a.** Error (half the mean squared residual) along a run, against the round; a "
         "line for each probability xi that a subnetwork takes a neuron, the band its standard "
         "deviation over repetitions. Within a round the lines fall: local steps. Discs: after "
         "aggregation, the error has dropped. Triangles: after new masks are drawn, the error of "
         "the subnetworks has jumped. The vertical axis is logarithmic.",
         "Figure 2a", "share with the sign", "at least"},
        {"(b) Error level over p and xi", "error-heatmap",
         "Heat maps of the error level over the number of subnetworks p and the probability xi: "
         "Algorithm 1, its prediction, and the released program",
         "**Figure 2b.** Error at the end of a run, times 1000, over the number of subnetworks p "
         "and the probability xi; dark is a large error. *keep*: Algorithm 1, in which a neuron "
         "that no subnetwork took keeps its weights. *predicted*: the same computed from kernels, "
         "no mask drawn. *zero*: the released program, which gives such a neuron weight 0 for "
         "good. One colour scale for all maps; at xi = 1 all p are the same run.",
         "Figure 2b", "Somers' D", "p of a fall"},
        {"(c) Error level against width", "width-sweep",
         "Error level with error bars against width m for three values of xi",
         "**Figure 2c.** Error at the end of a run against the width m, for three probabilities "
         "xi. Points with bars: mean and standard deviation over repetitions. Lines: the level "
         "predicted from kernels, no mask drawn. Points of one width are set side by side. The "
         "paper's curves fall with m.",
         "Figure 2c", "Somers' D", "p of a fall"},
        {"(d) Improvement in the first global steps", "subnet-sweep",
         "Relative improvement of the error in global steps 1, 2 and 3 against the number of "
         "subnetworks",
         "**Figure 2d.** By what share the error falls in the first, second and third round "
         "(global step), against the number p of categorical subnetworks; mean and standard "
         "deviation over repetitions. More, and so smaller, subnetworks make less of a round.",
         "Figure 2d", "Somers' D", "p of a fall"}};
    text_add(&d->out, "# Figure 2\n\nSomers' D is the share of pairs that rise less the share that "
                      "fall: -1, a curve that falls all the way; *p of a fall* is the probability "
                      "of so much of a fall by chance.\n\n");
    for (size_t k = 0; k < sizeof panels / sizeof *panels; k++) {
        text_add(&d->out, "<a id=\"figure-2%c\"></a>\n\n## %s\n\n", panels[k].title[1],
                 panels[k].title);
        document_picture(d, panels[k].figure, panels[k].alternative, panels[k].caption);
        if (strcmp(panels[k].figure, "width-sweep") == 0) { tell_controls(d); }
        document_claims(d, panels[k].panel, panels[k].observed, panels[k].limit);
    }
}
