"""The measurements of hnsw.ts with hnswlib, for comparison: build CPU, then recall@10 and CPU per query by ef.

Queries go in as one batch on one thread, so next to nothing of Python is in the figures.

    python3 -m venv .venv && .venv/bin/pip install hnswlib numpy
    .venv/bin/python bench/ann/hnswlib.py --data <folder> [--ef 16,32,64] [--threads 1] [--rounds 5]
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

# This folder comes first on the path, and this file would be taken for the package.
sys.path = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).resolve().parent]

import hnswlib  # noqa: E402
import numpy as np  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default=os.environ.get("NEARIFY_BENCH_DATA"))
    parser.add_argument("--m", type=int, default=16)
    parser.add_argument("--ef-construct", type=int, default=100)
    parser.add_argument("--ef", default="16,32,64,128,256,512")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    if given.data is None:
        parser.error("--data or NEARIFY_BENCH_DATA must name the folder with base.f16, queries.f16, neighbours.i32")
    return given


def unit_rows(path, dim):
    rows = np.fromfile(path, dtype="<f2").reshape(-1, dim).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def measure(index, queries, truth, ef, rounds):
    index.set_ef(ef)
    times = []
    for _ in range(rounds):
        start = time.process_time()
        found, _ = index.knn_query(queries, k=10, num_threads=1)
        times.append(time.process_time() - start)
    hits = sum(len(set(row) & set(exact[:10])) for row, exact in zip(found.tolist(), truth.tolist()))
    return {
        "ef": ef,
        "recall": round(hits / (10 * len(queries)), 4),
        "cpuMicros": round(1e6 * statistics.median(times) / len(queries), 1),
    }


def main():
    given = arguments()
    folder = Path(given.data)
    truth = np.fromfile(folder / "neighbours.i32", dtype="<i4").reshape(-1, 100)
    dim = (folder / "queries.f16").stat().st_size // 2 // len(truth)
    base, queries = unit_rows(folder / "base.f16", dim), unit_rows(folder / "queries.f16", dim)
    index = hnswlib.Index(space="ip", dim=dim)
    index.init_index(max_elements=len(base), M=given.m, ef_construction=given.ef_construct, random_seed=1)
    wall, cpu = time.perf_counter(), time.process_time()
    index.add_items(base, num_threads=given.threads)
    build = {
        "threads": given.threads,
        "cpuSeconds": round(time.process_time() - cpu, 2),
        "seconds": round(time.perf_counter() - wall, 2),
    }
    efs = [int(ef) for ef in given.ef.split(",")]
    curve = [measure(index, queries, truth, ef, given.rounds) for ef in efs]
    head = {"engine": "hnswlib", "rows": len(base), "dim": dim, "m": given.m, "efConstruct": given.ef_construct}
    print(json.dumps({**head, "build": build, "curve": curve}, indent=1))


if __name__ == "__main__":
    main()
