# SPDX-License-Identifier: GPL-3.0-or-later
# Data sets of the shapes that users come with, one file each, written into a folder by NumPy:
#     python3 tests/support/data_shapes.py FOLDER
import sys
import numpy as np

folder = sys.argv[1]
rng = np.random.default_rng(7)


def save(name, features, labels):
    np.savez(f"{folder}/{name}.npz", features=features, labels=labels)


def one_hot(classes, count):
    return np.eye(count)[classes]


save("12-rows", rng.normal(size=(12, 8)), rng.normal(size=(12, 3)))
save("30-by-3", rng.normal(size=(30, 3)), rng.normal(size=(30, 2)))
save("150-one-hot", rng.normal(size=(150, 20)), one_hot(rng.integers(0, 3, 150), 3))

# Two Gaussian clusters, and a row that nearly stands there twice.
classes = rng.integers(0, 2, 240)
clusters = 4.0 * (2 * classes[:, None] - 1) * np.ones(10) + rng.normal(size=(240, 10))
clusters[234] = clusters[188] + 1e-3 * rng.normal(size=10)
classes[234] = classes[188]
save("two-clusters", clusters, (2.0 * classes - 1)[:, None])

save("300-by-3000", rng.normal(size=(300, 3000)).astype(np.float32), rng.normal(size=(300, 4)).astype(np.float32))

classes = np.repeat(np.arange(4), 25)
save("class-sorted", 2 * one_hot(classes, 6)[:, :6] + rng.normal(size=(100, 6)), one_hot(classes, 4))

save("flat-labels", rng.normal(size=(40, 5)), rng.normal(size=40))
save("fortran-order", np.asfortranarray(rng.normal(size=(60, 7))), np.asfortranarray(rng.normal(size=(60, 2))))
