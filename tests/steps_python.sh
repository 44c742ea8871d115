#!/bin/bash
# Steps on part of the rows against a simulation in NumPy with streams of its own: the mean curves of the error agree within
# noise, and a step that is not scaled by n/B is seen. Rows that are held out against a forward pass with the weights that are
# kept. Skipped, in plain words, where no Python has numpy.
#
#     tests/steps_python.sh [FOLDER]    (in the top folder, everything built)
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=${1:-build/steps-python}
B=${B:-build}

. tests/support/python_with.sh
python_with steps-python 'numpy' 'python3-numpy'

rm -rf -- "$folder"
mkdir -p "$folder" || exit 1

# --- rows of a step: n = 100, B = 10 ---
"$B/bin/loss-dynamics" --quiet --samples 100 --width 60 --subnets 3 --xi 0.5 --lr 0.1 --local-steps 3 --rounds 8 \
    --repeats 400 --batch 10 --out "$folder/batch.dat" || exit 1
"$python" - "$folder" <<'PYTHON' || exit 1
import sys
import numpy as np

folder, n, m, p, xi, lr, tau, rounds, batch, runs = sys.argv[1], 100, 60, 3, 0.5, 0.1, 3, 8, 10, 400
data = np.load("data/digits.npz")
X = data["features"][:n].astype(float)
X /= np.linalg.norm(X, axis=1)[:, None]
Y = data["labels"][:n] / np.abs(data["labels"]).max()
q = Y.shape[1]
draw = np.random.default_rng(1)


def one_run(scale):
    """Errors of the whole network after 0 .. rounds rounds, released scaling; scale: of a step on B rows."""
    W, A = draw.normal(0, m**-0.5, (X.shape[1], m)), draw.choice([-1.0, 1.0], (m, q))
    error = lambda: ((np.maximum(X @ W, 0) @ A / q**0.5 - Y) ** 2).sum() / (2 * n)
    errors = [error()]
    for _ in range(rounds):
        masks = draw.random((p, m)) < xi
        total, taken = np.zeros_like(W), masks.sum(0)
        for mask in masks:
            w, a = W[:, mask], A[mask]
            for _ in range(tau):
                rows = draw.choice(n, batch, replace=False)
                Z = X[rows] @ w
                R = np.maximum(Z, 0) @ a / (xi * q**0.5) - Y[rows]
                w = w - lr / n * scale / (xi * q**0.5) * X[rows].T @ ((R @ a.T) * (Z > 0))
            total[:, mask] += w
        W = np.where(taken > 0, total / np.maximum(taken, 1), W)
        errors.append(error())
    return errors


lines = [line.split() for line in open(folder + "/batch.dat") if line.strip() and line[0] != "#"]
column = {name: k for k, name in enumerate(lines[0])}
seen = [row for row in lines[1:] if row[column["phase"]] in ("whole", "aggregated")]
mean, spread = (np.array([float(row[column[name]]) for row in seen]) for name in ("mean", "sd"))
farthest = {}
for scale in n / batch, 1.0:
    curves = np.array([one_run(scale) for _ in range(runs)])
    noise = np.sqrt((curves.var(0, ddof=1) + spread**2) / runs)
    farthest[scale] = float(np.abs((curves.mean(0) - mean) / noise).max())
print("steps-python: mean curves of %d runs on %d of %d rows: at most %.1f standard errors apart; steps not scaled: %.0f"
      % (runs, batch, n, farthest[n / batch], farthest[1.0]))
if not farthest[n / batch] <= 4 or not farthest[1.0] > 20:
    sys.exit("steps-python: the mean curves differ")
PYTHON

# --- rows that are held out: a forward pass with the weights that are kept ---
"$python" - "$folder" <<'PYTHON' || exit 1
import sys
import numpy as np

data = np.load("data/digits.npz") # another file: rows of it, in other units
np.savez(sys.argv[1] + "/test.npz", features=3 * data["features"][700:730], labels=2 * data["labels"][700:730])
PYTHON
check() { # check PROGRAM LAST|TEST OPTION...
    local program=$1 which=$2
    shift 2
    "$B/bin/$program" --quiet --fresh --width 50 --subnets 3 --xi 0.6 --lr 0.1 --local-steps 2 --rounds 6 --repeats 1 \
        --out "$folder/held.dat" --save-weights "$folder/held.npz" "$@" || exit 1
    "$python" - "$folder" "$which" "$program $*" <<'PYTHON' || exit 1
import sys
import numpy as np

folder, which, command = sys.argv[1:]
data, kept = np.load("data/digits.npz"), np.load(folder + "/held.npz")
lines = [line.split() for line in open(folder + "/held.dat") if line.strip() and line[0] != "#"]
held = [float(row[lines[0].index("held")]) for row in lines[1:] if row[lines[0].index("phase")] in ("whole", "aggregated")]
source, rows, scale = (data, np.arange(len(data["labels"]) - 150, len(data["labels"])), kept["label_scale"])
if which == "TEST":
    source = np.load(folder + "/test.npz")
    rows = np.arange(len(source["labels"]))
X = source["features"][rows].astype(float)
X /= np.linalg.norm(X, axis=1)[:, None]
Y = source["labels"][rows] / scale
worst = 0
for weights, seen in ("initial_weights", held[0]), ("weights", held[-1]):
    U = kept["scale_whole"] * np.maximum(X @ kept[weights], 0) @ kept["signs"]
    expected = ((U - Y) ** 2).sum() / (2 * len(rows))
    worst = max(worst, abs(seen - expected) / expected)
trained = set(kept["rows"].tolist()) & set(rows.tolist()) if which == "LAST" else set()
print("steps-python: %s: error of %d rows held out, off by %.1g" % (command, len(rows), worst))
if not worst <= 1e-5 or trained or held[-1] == held[0]:
    sys.exit("steps-python: it is another error, or these rows were trained on")
PYTHON
}
for program in loss-dynamics double/loss-dynamics; do
    check $program LAST --holdout 150 --samples 90
    check $program LAST --holdout 150
    check $program LAST --holdout 150 --samples 90 --rows spread --batch 11
    check $program LAST --holdout 150 --samples 600 --batch 50 --mask fixed
    check $program TEST --test "$folder/test.npz" --samples 120
done
