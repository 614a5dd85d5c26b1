"""Random operations on a server and on the local mode of qdrant-client; every answer must be the same.

    python differential.py URL

NEARIFY_TEST_SEED replays a seed, NEARIFY_TEST_RUNS multiplies the rounds: 15 makes 300 of them. A round is one
collection and 60 operations on it, most of which are several requests. local_mode.py lists where the local mode is not followed.
"""

import os
import random
import sys
import time
import warnings
from typing import Any, Callable

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from comparison import Difference, check, compare_hits, compare_record, compare_records
from generators import COLLECTION_NAMES, INDEXES, UNKNOWN_ID, Generator
from local_mode import correct_local_mode, tokenized
from queries import QueryGenerator, QueryOperations
from values import ValueOperations
from vectors import VectorOperations

DEFAULT_SEED = 20_250_101
ROUNDS = 20
STEPS = 60
MORE_THAN_ALL = 1000
AVERAGE_OF_NOTHING = models.RecommendQuery(recommend=models.RecommendInput(positive=[], negative=[]))


class Failure:
    """What an operation that is refused returns."""

    def __init__(self, error: Exception):
        self.error = error

    def __repr__(self) -> str:
        return f"{type(self.error).__name__}: {self.error}"


def outcome(action: Callable[[], Any]) -> Any:
    """Only the client's own ways of saying no: anything else is a fault of this script or of the transport."""
    try:
        return action()
    except UnexpectedResponse as error:
        check(400 <= error.status_code < 500, "status of a refusal", "4xx", f"{error.status_code} {error.content!r}")
        return Failure(error)
    except (ValueError, KeyError) as error:
        # A KeyError is how the local mode says that there is no point of an id.
        if isinstance(error, ResponseHandlingException):
            raise
        return Failure(error)


class Round(QueryOperations, ValueOperations, VectorOperations):
    """One collection on both sides. Every `op_…` method is one operation; `last` describes the one that runs."""

    def __init__(self, remote: QdrantClient, local: QdrantClient, generator: Generator, name: str):
        self.remote = remote
        self.local = local
        self.generator = generator
        self.name = name
        self.lookup_name = f"{name} lookup"
        self.queries = QueryGenerator(generator)
        self.near_ties = 0
        self.late: dict[str, Any] = {}
        self.last: Any = None

    def both(self, method: str, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        """Calls the same method of both clients; a refusal must be common to both."""
        self.last = (method, args, kwargs)
        expected = outcome(lambda: getattr(self.local, method)(*args, **kwargs))
        got = outcome(lambda: getattr(self.remote, method)(*args, **kwargs))
        check(isinstance(expected, Failure) == isinstance(got, Failure), "refusal", expected, got)
        return expected, got

    def is_answer(self, got: Any) -> bool:
        return not isinstance(got, Failure)

    def local_outcome(self, action: Callable[[], Any]) -> Any:
        return outcome(action)

    def create(self) -> None:
        for name in (self.name, self.lookup_name):
            expected, got = self.both("create_collection", name, **self.generator.schema.config())
            check(expected is True and got is True, "created", expected, got)
        self.both("upsert", self.lookup_name, [self.generator.point() for _ in range(12)])
        tokenized.clear()
        for field, schema in INDEXES.items() if self.generator.has_indexes else []:
            self.both("create_payload_index", self.name, field_name=field, field_schema=schema)
        tokenized.update({"prose"} if self.generator.has_indexes else ())

    def drop(self) -> None:
        for name in (self.name, self.name, self.lookup_name):
            expected, got = self.both("delete_collection", name)
            check(expected == got, "deleted", expected, got)

    def run(self) -> int:
        self.create()
        operations = [getattr(self, name) for name in dir(self) if name.startswith("op_")]
        weights = [WEIGHTS.get(operation.__name__, 3) for operation in operations]
        for _ in range(STEPS):
            self.generator.rng.choices(operations, weights)[0]()
        self.compare_everything()
        self.drop()
        return STEPS

    def compare_everything(self) -> None:
        (expected, _), (got, next_offset) = self.both(
            "scroll", self.name, limit=MORE_THAN_ALL, with_payload=True, with_vectors=True
        )
        compare_records(expected, got)
        check(next_offset is None, "next offset", None, next_offset)

    # Collections

    def op_collections(self) -> None:
        expected, got = self.both("get_collections")
        names = [sorted(collection.name for collection in answer.collections) for answer in (expected, got)]
        check(names[0] == names[1], "collections", *names)
        for name in (self.name, "missing"):
            expected, got = self.both("collection_exists", name)
            check(expected is got, f"existence of {name}", expected, got)

    def op_info(self) -> None:
        expected, got = self.both("get_collection", self.name)
        check(expected.points_count == got.points_count, "points_count", expected.points_count, got.points_count)
        wanted, vectors = expected.config.params.vectors, got.config.params.vectors
        check(wanted == vectors, "vectors of the collection", wanted, vectors)
        wanted, vectors = expected.config.params.sparse_vectors, got.config.params.sparse_vectors
        check((wanted or {}) == (vectors or {}), "sparse vectors of the collection", wanted, vectors)

    # Writes

    def write(self, method: str, *args: Any, **kwargs: Any) -> None:
        _, got = self.both(method, self.name, *args, **kwargs)
        if not isinstance(got, Failure):
            wait = kwargs.get("wait", True)
            status = models.UpdateStatus.COMPLETED if wait else models.UpdateStatus.ACKNOWLEDGED
            check(got.status == status, "status", status, got.status)

    def op_upsert(self) -> None:
        points = [self.generator.point() for _ in range(self.generator.rng.randint(1, 8))]
        self.write("upsert", points, wait=self.generator.chance(0.7))

    def op_upsert_batch(self) -> None:
        self.write("upsert", self.generator.batch(), wait=self.generator.chance(0.7))

    def op_delete_ids(self) -> None:
        self.write("delete", [self.generator.spelled_id() for _ in range(self.generator.rng.randint(1, 4))])

    def op_delete_filter(self) -> None:
        # Narrowed to some ids, or the collection would be empty most of the time.
        ids = models.HasIdCondition(has_id=self.generator.distinct_ids(8))
        narrowed = models.Filter(must=[ids, self.generator.filter(1)])
        self.write("delete", models.FilterSelector(filter=narrowed))

    # Reads

    def op_retrieve(self) -> None:
        expected, got = self.both(
            "retrieve",
            self.name,
            ids=self.generator.distinct_ids(self.generator.rng.randint(0, 10)),
            with_payload=self.generator.payload_selector(),
            with_vectors=self.generator.vector_selector(),
        )
        compare_records(expected, got)

    def op_get(self) -> None:
        id = self.generator.spelled_id()
        if isinstance(id, str) and id.isdigit():
            # The nil UUID without its hyphens: in a path that is the number 0.
            return
        self.last = ("get point", id)
        expected = self.local.retrieve(self.name, ids=[id], with_payload=True, with_vectors=True)
        points = self.remote.http.points_api
        got = outcome(lambda: points.get_point(collection_name=self.name, id=id).result)
        if expected == []:
            is_missing = isinstance(got, Failure) and getattr(got.error, "status_code", None) == 404
            check(is_missing, "a point that is not there", 404, got)
        else:
            check(not isinstance(got, Failure), "a point", expected[0], got)
            compare_record(expected[0], got)

    def op_count(self) -> None:
        filter = self.generator.filter_or_none()
        expected, got = self.both("count", self.name, count_filter=filter, exact=True)
        check(expected.count == got.count, "count", expected.count, got.count)
        estimate, total = (self.remote.count(self.name, count_filter=one, exact=False).count for one in (filter, None))
        check(0 <= estimate <= total, "estimated count", total, estimate)

    def op_scroll(self) -> None:
        generator = self.generator
        options: dict[str, Any] = {
            "scroll_filter": generator.filter_or_none(),
            "limit": generator.rng.randint(1, 12),
            "with_payload": generator.payload_selector(),
            "with_vectors": generator.vector_selector(),
        }
        offset: Any = generator.spelled_id() if generator.chance(0.3) else None
        for _ in range(MORE_THAN_ALL):
            (expected, wanted_offset), (got, offset) = self.both("scroll", self.name, offset=offset, **options)
            compare_records(expected, got)
            check(wanted_offset == offset, "next offset", wanted_offset, offset)
            if offset is None:
                return
        raise Difference("scrolling does not end")

    # Queries

    def target(self) -> Any:
        """A vector, an id or nothing, and the name of the vector to search by."""
        name = self.generator.vector_name()
        using = name or self.generator.rng.choice([None, ""])
        kind = self.generator.rng.random()
        if kind < 0.65:
            return self.generator.named_vector(name), using
        return (self.generator.spelled_id() if kind < 0.93 else None), using

    def query_options(self) -> dict[str, Any]:
        generator = self.generator
        query, using = self.target()
        options: dict[str, Any] = {
            "query": query,
            "using": None if query is None else using,
            "limit": generator.rng.choice([1, 2, 3, 10, 50]),
            "with_payload": generator.payload_selector(),
        }
        if generator.chance(0.3):
            options["offset"] = generator.rng.randint(0, 8)
        if generator.chance(0.3) and query is not None:
            options["score_threshold"] = generator.rng.choice([-2.0, -0.5, 0.0, 0.31, 0.77, 1.0, 2.0, 3.3, 9.0])
        return options

    def is_threshold_clear(self, options: dict[str, Any], everything: list[models.ScoredPoint]) -> bool:
        """Whether rounding cannot decide which side of the threshold a score is on. Sums of small integers are exact,
        so there the threshold is tested on the scores themselves."""
        threshold = options.get("score_threshold")
        if threshold is None:
            return True
        name = options["using"] or ""
        is_sum = self.generator.distance(name) in (models.Distance.DOT, models.Distance.MANHATTAN)
        is_exact = is_sum and not self.generator.has_idf(name)
        if self.generator.has_integer_vectors and is_exact:
            return True
        return all(abs(hit.score - threshold) > 1e-4 for hit in everything)

    def everything(self, options: dict[str, Any], filter: Any, vectors: Any) -> Any:
        """All matches of a query in local mode, or the refusal of it."""
        unlimited = {key: value for key, value in options.items() if key not in ("offset", "score_threshold")}
        unlimited["limit"] = MORE_THAN_ALL
        return outcome(
            lambda: self.local.query_points(
                self.name, query_filter=filter, with_vectors=vectors, **unlimited
            ).points
        )

    def compare_query(self, options: dict[str, Any], expected: Any, got: Any, everything: Any) -> None:
        if options["query"] is None:
            compare_records(expected, got)
            check(all(hit.score == 1.0 and hit.version == 0 for hit in got), "scores", 1.0, got)
        else:
            compare_hits(expected, got, everything)

    def op_query(self) -> None:
        options, filter = self.query_options(), self.generator.filter_or_none()
        vectors = self.generator.vector_selector()
        everything = self.everything(options, filter, vectors)
        if not isinstance(everything, Failure) and not self.is_threshold_clear(options, everything):
            del options["score_threshold"]
        params = self.generator.rng.choice([None, models.SearchParams(exact=True), models.SearchParams(hnsw_ef=64)])
        expected, got = self.both(
            "query_points", self.name, query_filter=filter, with_vectors=vectors, search_params=params, **options
        )
        if not isinstance(got, Failure):
            self.compare_query(options, expected.points, got.points, everything)

    def op_query_batch(self) -> None:
        searches = []
        for _ in range(self.generator.rng.randint(1, 4)):
            options, filter = self.query_options(), self.generator.filter_or_none()
            everything = self.everything(options, filter, True)
            if not isinstance(everything, Failure) and not self.is_threshold_clear(options, everything):
                del options["score_threshold"]
            searches.append((options, filter, everything))
        requests = [
            models.QueryRequest(**self.as_request(options), filter=filter, with_vector=True)
            for options, filter, _ in searches
        ]
        expected, got = self.both("query_batch_points", self.name, requests)
        if isinstance(got, Failure):
            return
        check(len(expected) == len(got), "number of answers", len(expected), len(got))
        for (options, _, everything), one, other in zip(searches, expected, got):
            self.compare_query(options, one.points, other.points, everything)

    def as_request(self, options: dict[str, Any]) -> dict[str, Any]:
        query = options["query"]
        return {**options, "query": None if query is None else models.NearestQuery(nearest=query)}

    # Refusals

    def op_bad_write(self) -> None:
        """A fault in one point must leave all of the request undone; op_scroll and the like would see a trace of it."""
        name = self.generator.dense_name()
        if name is None:
            return
        size = self.generator.size(name)
        faults: list[Any] = [
            {"vector": {name: self.generator.vector(size + 1)}},
            {"vector": {name: []}},
            {"vector": {"unknown": self.generator.vector(size)}},
            {"vector": {name: models.SparseVector(indices=[1], values=[1.0])}},
            {"id": self.generator.rng.choice(["5", "not a uuid", ""])},
        ]
        good = {"id": self.generator.point_id(), "vector": self.generator.vectors_of_point()}
        bad = models.PointStruct(**{**good, **self.generator.rng.choice(faults)})
        points = [self.generator.point(), bad, self.generator.point()]
        expected, _ = self.both("upsert", self.name, points, wait=self.generator.chance(0.5))
        check(isinstance(expected, Failure), "a write with a fault", "refusal", expected)

    def op_bad_request(self) -> None:
        name = self.generator.dense_name()
        if name is None:
            return
        vector = self.generator.named_vector(name)
        using = name or None
        requests: list[tuple[str, list[Any], dict[str, Any]]] = [
            ("query_points", [self.name, [*vector, *vector, 1.0, 1.0]], {"using": using}),
            ("query_points", [self.name, vector], {"using": "unknown"}),
            ("query_points", [self.name, UNKNOWN_ID], {"using": using}),
            ("query_points", [self.name, vector], {"using": using, "limit": 0}),
            ("query_points", ["missing", vector], {}),
            ("query_points", [self.name, AVERAGE_OF_NOTHING], {"using": using}),
            ("query_points_groups", [self.name, "a", vector], {"using": "unknown"}),
            ("scroll", [self.name], {"limit": 0}),
            ("scroll", ["missing"], {}),
            ("retrieve", ["missing"], {"ids": [1]}),
            ("count", ["missing"], {}),
            ("get_collection", ["missing"], {}),
            ("delete", ["missing", [1]], {}),
            ("delete", [self.name, []], {}),
            ("upsert", [self.name, []], {}),
            ("create_collection", [self.name], self.generator.schema.config()),
            ("create_collection", ["a/b"], self.generator.schema.config()),
            ("count", [self.name], {"count_filter": models.Filter(min_should=models.MinShould(conditions=[], min_count=0))}),
        ]
        if len(vector) == 1:
            del requests[0]  # number 6 in local_mode.py
        if self.generator.schema.is_named:
            requests.append(("query_points", [self.name, vector], {}))
        method, args, kwargs = self.generator.rng.choice(requests)
        expected, _ = self.both(method, *args, **kwargs)
        check(isinstance(expected, Failure), "a faulty request", "refusal", expected)


WEIGHTS = {
    "op_collections": 1,
    "op_info": 1,
    "op_upsert": 10,
    "op_upsert_batch": 5,
    "op_count": 8,
    "op_scroll": 6,
    "op_query": 20,
    "op_query_batch": 5,
    "op_scoring": 15,
    "op_rescore": 8,
    "op_fusion": 8,
    "op_formula": 8,
    "op_groups": 6,
    "op_vector_names": 1,
}


def main(url: str) -> None:
    seed = int(os.environ.get("NEARIFY_TEST_SEED") or DEFAULT_SEED)
    rounds = max(1, round(ROUNDS * float(os.environ.get("NEARIFY_TEST_RUNS") or 1)))
    print(f"NEARIFY_TEST_SEED={seed} rounds={rounds}")
    correct_local_mode()
    remote, local = QdrantClient(url=url), QdrantClient(":memory:")
    started, steps = time.monotonic(), 0
    for number in range(rounds):
        generator = Generator(random.Random(f"{seed}:{number}"), number)
        one = Round(remote, local, generator, f"{COLLECTION_NAMES[number % len(COLLECTION_NAMES)]}")
        try:
            steps += one.run()
        except Difference as difference:
            sys.exit(
                f"NEARIFY_TEST_SEED={seed}, round {number}, collection {one.name!r} of {generator.schema}:\n"
                f"{one.last!r}\n{difference}"
            )
    print(f"{steps} operations agree, {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    # The local mode warns that it ignores search parameters.
    warnings.simplefilter("ignore", UserWarning)
    main(sys.argv[1])
