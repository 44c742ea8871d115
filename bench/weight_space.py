#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Panel 2a in weight space, as one would write it in PyTorch (NumPy where that is not installed): the peer that
bench/compare-peer.sh times the engine against. Not a part of the project's programs.

  weight_space.py --data FILE.npz [--form gathered|masked|autograd] [--xi 0.5 --lr 0.1] ...
      for each repetition: seconds of a round by the clock and of processor time, and the last error
  weight_space.py --check REPLAY.npz --data data/digits.npz
      are the losses those of the released program?

Forms of a subnetwork's local steps:
  gathered  columns of its neurons taken out, gradients by hand, products and updates in place: the fastest we found
  masked    all columns, multiplied by the mask, gradients by hand
  autograd  all columns, multiplied by the mask, gradients by loss.backward() and torch.optim.SGD, as the released
            program does it
"""
import argparse
import math
import time

import numpy

try:
    import torch
except ImportError:
    torch = None


class Arrays:
    """The few operations in which the two libraries differ."""

    def __init__(self, library, threads):
        self.torch = library == "torch"
        if self.torch:
            torch.set_num_threads(threads)

    def array(self, values):
        values = numpy.ascontiguousarray(values, dtype=numpy.float32)
        return torch.from_numpy(values) if self.torch else values

    def index(self, mask):
        chosen = numpy.flatnonzero(mask)
        return torch.from_numpy(chosen) if self.torch else chosen

    def copy(self, x):
        return x.clone() if self.torch else x.copy()

    def zeros(self, shape):
        return torch.zeros(shape) if self.torch else numpy.zeros(shape, dtype=numpy.float32)

    def relu(self, x):
        return torch.relu(x) if self.torch else numpy.maximum(x, 0)

    def subtract_product(self, W, a, b, factor):
        """W <- W - factor a b, in place."""
        if self.torch:
            W.addmm_(a, b, alpha=-factor)
        else:
            W -= numpy.float32(factor) * (a @ b)

    def add_columns(self, W, index, columns):
        if self.torch:
            W.index_add_(1, index, columns)
        else:
            W[:, index] += columns


class Experiment:
    def __init__(self, arrays, X, Y, xi, lr, local_steps, zero):
        self.lib, self.X, self.Y = arrays, arrays.array(X), arrays.array(Y)
        self.xi, self.local_steps, self.zero = xi, local_steps, zero
        n, q = Y.shape
        self.whole_scale = 1 / math.sqrt(q)
        self.subnet_scale = self.whole_scale / xi
        self.lr, self.step = lr, lr / n * self.subnet_scale

    def error(self, residual):
        return float((residual * residual).sum()) / (2 * len(self.Y))

    def whole_error(self, W, A):
        return self.error(self.lib.relu(self.X @ W) @ A * self.whole_scale - self.Y)

    def descend(self, W, A, mask, errors):
        """Local steps of the network with weights W (d, k), in place; mask (k): 1 for its neurons, None if all are."""
        transposed, signs = self.X.T, A.T
        for t in range(self.local_steps + 1):
            Z = self.X @ W
            H = self.lib.relu(Z)
            if mask is not None:
                H *= mask
            R = H @ A
            R *= self.subnet_scale
            R -= self.Y
            errors.append(self.error(R))
            if t == self.local_steps:
                return
            S = R @ signs
            S *= Z > 0
            if mask is not None:
                S *= mask
            self.lib.subtract_product(W, transposed, S, self.step)

    def descend_autograd(self, W, A, mask, errors):
        weights = W.requires_grad_(True)
        optimizer = torch.optim.SGD([weights], lr=self.lr)
        n = len(self.Y)
        for t in range(self.local_steps + 1):
            optimizer.zero_grad()
            outputs = torch.relu(self.X @ weights) * mask @ A * self.subnet_scale
            loss = ((outputs - self.Y) ** 2).sum() / (2 * n)
            errors.append(loss.item())
            if t == self.local_steps:
                return
            loss.backward()
            optimizer.step()

    def round(self, W, A, masks, form, errors):
        """One round of Algorithm 1 with masks (p, m); returns the new weights."""
        total = self.lib.zeros(W.shape)
        for mask in masks:
            if form == "gathered":
                index = self.lib.index(mask)
                columns = W[:, index]
                self.descend(columns, A[index], None, errors)
                self.lib.add_columns(total, index, columns)
            else:
                ones = self.lib.array(mask)
                columns = self.lib.copy(W)
                (self.descend if form == "masked" else self.descend_autograd)(columns, A, ones, errors)
                total += columns.detach() * ones if form == "autograd" else columns * ones
        taken = masks.sum(axis=0)
        total *= self.lib.array(1 / numpy.maximum(taken, 1))
        if not self.zero:
            kept = self.lib.index(taken == 0)
            total[:, kept] = W[:, kept]
        return total

    def run(self, W, A, masks, form):
        whole, local = [self.whole_error(W, A)], []
        for round_masks in masks:
            W = self.round(W, A, round_masks, form, local)
            whole.append(self.whole_error(W, A))
        return whole, local


def load(path, samples):
    with numpy.load(path) as data:
        X, Y = data["features"].astype(float), data["labels"].astype(float)
    Y = Y.reshape(len(Y), -1) / abs(Y).max()
    samples = samples or len(X)
    return X[:samples] / numpy.linalg.norm(X[:samples], axis=1, keepdims=True), Y[:samples]


def check(options, arrays):
    with numpy.load(options.check) as replay:
        given = {name: replay[name] for name in replay.files}
    X, Y = load(options.data, int(given["samples"]))
    tau = int(given["local_steps"])
    e = Experiment(arrays, X, Y, float(given["xi"]), float(given["lr"]), tau, zero=True)
    whole, local = e.run(arrays.array(given["weights"]), arrays.array(given["signs"]), given["masks"], options.form)
    local = numpy.reshape(local, given["local_loss"].shape[:2] + (tau + 1,))[:, :, :tau]
    worst = max(abs(whole / given["loss"] - 1).max(), abs(local / given["local_loss"] - 1).max())
    print("%s: largest relative difference to the released program's losses %.2g" % (options.check, worst))
    return 0 if worst <= 5e-6 else 1


def measure(options, arrays):
    X, Y = load(options.data, options.samples)
    e = Experiment(arrays, X, Y, options.xi, options.lr, options.local_steps, zero=False)
    rng = numpy.random.default_rng(1)
    m, d, q, p = options.width, X.shape[1], Y.shape[1], options.subnets
    for repeat in range(options.repeats):
        W = arrays.array(rng.normal(size=(d, m)) / math.sqrt(m))
        A = arrays.array(rng.integers(0, 2, size=(m, q)) * 2 - 1)
        masks = rng.random(size=(options.rounds, p, m)) < options.xi
        begin, used = time.perf_counter(), time.process_time()
        whole, local = e.run(W, A, masks, options.form)
        wall, used = time.perf_counter() - begin, time.process_time() - used
        print("%.4g %.4g %.6g" % (wall / options.rounds, used / options.rounds, whole[-1]), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--check", metavar="REPLAY.npz")
    parser.add_argument("--library", choices=["torch", "numpy"], default="torch" if torch else "numpy")
    parser.add_argument("--form", choices=["gathered", "masked", "autograd"], default="gathered")
    parser.add_argument("--threads", type=int, default=2, help="of torch; NumPy's BLAS follows OPENBLAS_NUM_THREADS")
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--width", type=int, default=500)
    parser.add_argument("--subnets", type=int, default=10)
    parser.add_argument("--local-steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--xi", type=float, default=0.5)
    parser.add_argument("--lr", type=float, default=0.1)
    options = parser.parse_args()
    if options.form == "autograd" and options.library != "torch":
        parser.error("--form autograd needs PyTorch (Debian: python3-torch)")
    arrays = Arrays(options.library, options.threads)
    return check(options, arrays) if options.check else measure(options, arrays)


if __name__ == "__main__":
    raise SystemExit(main())
