"""The measurements of hnsw.ts with other engines, for comparison: build CPU, then recall@10 and CPU per query by ef.

Queries go in as one batch on one thread, so next to nothing of Python is in the figures.

    python3 -m venv .venv && .venv/bin/pip install hnswlib faiss-cpu usearch numpy
    .venv/bin/python bench/ann/engines.py --engine hnswlib --data <folder> [--ef 16,32,64] [--threads 1] [--rounds 5]
"""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

import numpy as np

K = 10


class Hnswlib:
    """https://github.com/nmslib/hnswlib"""

    def __init__(self, dim, rows, given):
        import hnswlib

        self.index = hnswlib.Index(space="ip", dim=dim)
        self.index.init_index(max_elements=rows, M=given.m, ef_construction=given.ef_construct, random_seed=1)

    def add(self, rows, threads):
        self.index.add_items(rows, num_threads=threads)

    def set_ef(self, ef):
        self.index.set_ef(ef)

    def search(self, queries):
        return self.index.knn_query(queries, k=K, num_threads=1)[0]


class Faiss:
    """IndexHNSWFlat of https://github.com/facebookresearch/faiss"""

    def __init__(self, dim, rows, given):
        import faiss

        self.faiss = faiss
        self.index = faiss.IndexHNSWFlat(dim, given.m, faiss.METRIC_INNER_PRODUCT)
        self.index.hnsw.efConstruction = given.ef_construct

    def add(self, rows, threads):
        self.faiss.omp_set_num_threads(threads)
        self.index.add(rows)
        self.faiss.omp_set_num_threads(1)

    def set_ef(self, ef):
        self.index.hnsw.efSearch = ef

    def search(self, queries):
        return self.index.search(queries, K)[1]


class Usearch:
    """https://github.com/unum-cloud/usearch"""

    dtype = "f32"

    def __init__(self, dim, rows, given):
        from usearch.index import Index

        self.index = Index(
            ndim=dim, metric="ip", dtype=self.dtype, connectivity=given.m, expansion_add=given.ef_construct
        )

    def add(self, rows, threads):
        self.index.add(np.arange(len(rows)), rows, threads=threads)

    def set_ef(self, ef):
        self.index.expansion_search = ef

    def search(self, queries):
        return np.asarray(self.index.search(queries, K, threads=1).keys)


class UsearchBytes(Usearch):
    """With int8 codes, without rescoring."""

    dtype = "i8"


ENGINES = {"hnswlib": Hnswlib, "faiss": Faiss, "usearch": Usearch, "usearch-i8": UsearchBytes}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", choices=ENGINES, default="hnswlib")
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
        found = index.search(queries)
        times.append(time.process_time() - start)
    hits = sum(len(set(row) & set(exact[:K])) for row, exact in zip(found.tolist(), truth.tolist()))
    return {
        "ef": ef,
        "recall": round(hits / (K * len(queries)), 4),
        "cpuMicros": round(1e6 * statistics.median(times) / len(queries), 1),
    }


def main():
    given = arguments()
    folder = Path(given.data)
    truth = np.fromfile(folder / "neighbours.i32", dtype="<i4").reshape(-1, 100)
    dim = (folder / "queries.f16").stat().st_size // 2 // len(truth)
    base, queries = unit_rows(folder / "base.f16", dim), unit_rows(folder / "queries.f16", dim)
    index = ENGINES[given.engine](dim, len(base), given)
    wall, cpu = time.perf_counter(), time.process_time()
    index.add(base, given.threads)
    build = {
        "threads": given.threads,
        "cpuSeconds": round(time.process_time() - cpu, 2),
        "seconds": round(time.perf_counter() - wall, 2),
    }
    efs = [int(ef) for ef in given.ef.split(",")]
    curve = [measure(index, queries, truth, ef, given.rounds) for ef in efs]
    head = {"engine": given.engine, "rows": len(base), "dim": dim, "m": given.m, "efConstruct": given.ef_construct}
    print(json.dumps({**head, "build": build, "curve": curve}, indent=1))


if __name__ == "__main__":
    main()
