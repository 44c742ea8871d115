#!/bin/bash
# Every table of a tiny run, read as the manual says by numpy.genfromtxt and pandas.read_csv: the same names, rows and
# numbers as stand in the file. Skipped, in plain words, where no Python has numpy and pandas (Debian: python3-numpy,
# python3-pandas).
#
#     tests/tables_python.sh [FOLDER]    (in the top folder, everything built)
# SPDX-License-Identifier: GPL-3.0-or-later
set -u
folder=${1:-build/tables-python}
B=${B:-build}

. tests/support/python_with.sh
python_with tables-python 'numpy, pandas' 'python3-numpy python3-pandas'

rm -rf -- "$folder"
mkdir -p "$folder" || exit 1
run() { # run PROGRAM OPTION...
    local program=$1
    shift
    "$B/bin/$program" --quiet --threads 1 --out "$folder/$program.dat" "$@" >/dev/null || [ $? = 3 ] || {
        echo "tables-python: $program failed"
        exit 1
    }
}
run loss-dynamics --samples 20 --width 30 --subnets 3 --xi 0.6,0.3 --lr 0.1 --local-steps 2 --rounds 3 --repeats 2
run error-heatmap --samples 20 --width 30 --subnets 1,3 --xi 0.5,1 --rounds 10 --repeats 2
run width-sweep --samples 20 --width 20,40 --subnets 2 --rounds 10 --repeats 2
run subnet-sweep --samples 20 --width 30 --subnets 1,2 --repeats 2
run infinite-ntk --samples 12 --entries 20 --networks 3 --widths 16,64
run ntk-concentration --samples 12 --widths 16,64 --xi 0.5 --subnets 2 --trials 6
run required-width --sizes 6,12 --xi 0.5,1 --trials 60
run local-descent --samples 12 --width 30 --repeats 2 --rounds 1 --multiples 1 --wide-trials 4 --wide-width 100 \
    --wide-samples 3
run drift --samples 12 --width 30 --repeats 2 --rounds 1 --multiples 1 --wide-trials 4 --wide-width 100 --wide-samples 3
run mask-moments --samples 12 --width 30 --trials 16 --rounds 2
run bernoulli-rate --samples 8 --width 30 --repeats 2 --folds 2 --curve-rounds 4 --masks 2 --along-width 20,40 \
    --curve-widths 20,40
run categorical-rate --samples 8 --width 30 --trials 3 --rounds 3 --subnets 1,2 --event-width 64 --event-samples 3 \
    --event-subnets 1
run advise --samples 12 --width 30 --rounds 5 --repeats 2 --run-samples 8 --trials 10
"$B/bin/statements" --quiet --results "$folder" --out "$folder/statements.dat" >/dev/null || [ $? = 3 ] || exit 1
"$B/bin/claims" --results "$folder" --out "$folder/claims.dat" >/dev/null 2>&1

# What loss-dynamics keeps of a run gives its errors again: weights, outputs and kernels, in both precisions.
for precision in . double; do
    "$B/bin/$precision/loss-dynamics" --quiet --threads 1 --samples 60 --rows spread --width 50 --subnets 3 --xi 0.6 --lr 0.1 \
        --local-steps 2 --rounds 4 --repeats 1 --out "$folder/kept.dat" --save-weights "$folder/kept.npz" \
        --save-outputs "$folder/outputs.npz" --save-kernel "$folder/kernel.npz" >/dev/null || exit 1
    "$python" - "$folder" <<'PYTHON' || exit 1
import sys
import numpy as np

folder = sys.argv[1]
data, kept = np.load("data/digits.npz"), np.load(folder + "/kept.npz")
outputs, kernel = np.load(folder + "/outputs.npz"), np.load(folder + "/kernel.npz")
printed = [line.split() for line in open(folder + "/kept.dat") if line.strip() and not line.startswith("#")]
mean, phase = printed[0].index("mean"), printed[0].index("phase")
printed = [float(row[mean]) for row in printed[1:] if row[phase] in ("whole", "aggregated")]

# --- the recipe of the manual ---
rows = kept["rows"]
X = data["features"][rows].astype("f8")
X /= np.linalg.norm(X, axis=1, keepdims=True)
Y = data["labels"][rows] / kept["label_scale"]
def output(weights):
    return kept["scale_whole"] * np.maximum(X @ weights, 0) @ kept["signs"]
def error(U):
    return ((U - Y) ** 2).sum() / (2 * len(Y))
# --- end of the recipe ---

W0, W = kept["initial_weights"].astype("f8"), kept["weights"].astype("f8")
far = [abs(error(output(W0)) - printed[0]), abs(error(output(W)) - printed[-1])]
far += [abs(error(outputs["outputs"][k]) - e) for k, e in enumerate(printed)]
far += [abs(e - p) for e, p in zip(kept["errors"], printed)]
for name, weights, mask in ("kernel_start", W0, kept["masks"][0]), ("kernel_end", W, kept["masks"][-1]):
    active = (X @ weights >= 0).astype("f8")
    for l in range(len(mask)):
        H = (X @ X.T) * ((active * mask[l]) @ active.T) / W.shape[1]
        far.append(abs(H - kernel[name][l]).max())
print(f"tables-python: a saved run in NumPy: errors and kernels within {max(far):.1e}")
sys.exit(not max(far) < 1e-6)
PYTHON
    rm -rf "$folder"/kept.dat*
done
rm -f "$folder"/kept.runs.dat

"$python" - "$folder" <<'PYTHON'
import glob, itertools, sys
import numpy, pandas

# --- the recipe of the manual ---
def with_numpy(path):
    with open(path, encoding="utf-8") as lines:
        body = itertools.dropwhile(lambda line: line.startswith("#"), lines)
        return numpy.genfromtxt(body, names=True, dtype=None, encoding="utf-8", comments=None)

def with_pandas(path):
    return pandas.read_csv(path, sep=r"\s+", comment="#", float_precision="round_trip")
# --- end of the recipe ---

def number(word):
    try:
        return float(word)
    except ValueError:
        return None

def same(word, value):
    x = number(word)
    if x is None:
        return str(value) == word
    return float(value) == x or (x != x and float(value) != float(value))

failures = tables = 0
for path in sorted(glob.glob(sys.argv[1] + "/*.dat")):
    with open(path, encoding="utf-8") as f:
        lines = [line.split() for line in f if line.strip() and not line.startswith("#")]
    names, rows = lines[0], lines[1:]
    tables += 1
    try:
        array, frame = numpy.atleast_1d(with_numpy(path)), with_pandas(path)
        assert list(array.dtype.names) == names, "numpy: names " + str(array.dtype.names)
        assert list(frame.columns) == names, "pandas: names " + str(list(frame.columns))
        assert len(array) == len(rows) and len(frame) == len(rows), "rows"
        for i, row in enumerate(rows):
            for name, word in zip(names, row):
                assert same(word, array[name][i]), f"numpy: row {i}, {name}: {word} read as {array[name][i]}"
                assert same(word, frame[name][i]), f"pandas: row {i}, {name}: {word} read as {frame[name][i]}"
    except Exception as error:
        failures += 1
        print(f"tables-python: {path}: {error}")
print(f"tables-python: {tables} tables, {failures} of them not as they stand (numpy {numpy.__version__}, "
      f"pandas {pandas.__version__})")
sys.exit(failures > 0 or tables < 20)
PYTHON
