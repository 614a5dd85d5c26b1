"""Random collections, points and filters for differential.py. Small domains, so that things meet: few ids, few keys,
few values, and vectors of small integers whose scores tie."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from qdrant_client import models

DISTANCES = [models.Distance.COSINE, models.Distance.DOT, models.Distance.EUCLID, models.Distance.MANHATTAN]
DIMENSIONS = [1, 2, 3, 4, 7, 15, 16, 33]
VECTOR_NAMES = ["text", "b c", "ü"]
SPARSE_NAMES = ["sparse", "s p"]
SPARSE_INDICES = [*range(10), 2**32 - 1]
MAX_SIM = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
COLLECTION_NAMES = ["plain", "with space", "ünï", "per%41cent", "a+b&c=d#e"]

KEYS = ["a", "b", "c", "items", "x y", "d.e", "ü", "7"]
NUMERIC_KEYS = ["a", "b", "c", "ü", "7"]
INTEGERS = [-2, -1, 0, 1, 2, 3, 2**53 + 1, 2**63 - 1, -(2**63)]
NUMBERS = [0.0, -0.0, 1.0, 2.0, 0.5, -1.5, 0.1, 1e300, 5e-324, 2**63, 2**64 - 1]
STRINGS = ["", "a", "b", "red", "Red", "ü", "日本", "1", "true", 'q"\\/', "\n\t\u0000\u2028", "😀"]
DATETIMES = ["2024-01-02T03:04:05Z", "2024-01-02", "2024-01-02 05:04:05+02:00", "2023-12-31T23:59:59.999999Z"]
MOMENTS = [
    datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    datetime(2024, 1, 2, tzinfo=timezone.utc),
    datetime(2023, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc),
]
BOUNDS = [-1.5, -1, 0, 0.5, 1, 1.0, 2, 1e18]

INTEGER_IDS = [*range(24), 2**53 + 1, 2**63, 2**64 - 1]
UUIDS = [uuid.UUID(int=n * 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF % 2**128) for n in range(8)]
UNKNOWN_ID = 999_999


@dataclass(frozen=True)
class Schema:
    """Vectors of a collection by name; the only name of a dense one or multivector is "" where it is unnamed."""

    vectors: dict[str, models.VectorParams]
    sparse: dict[str, models.SparseVectorParams]

    @property
    def is_named(self) -> bool:
        return "" not in self.vectors

    @property
    def names(self) -> list[str]:
        return [*self.vectors, *self.sparse]

    def config(self) -> dict[str, Any]:
        vectors = self.vectors if self.is_named else self.vectors[""]
        return {"vectors_config": vectors, "sparse_vectors_config": self.sparse or None}


class Generator:
    """Everything random of one round, from one stream of random numbers."""

    def __init__(self, rng: random.Random, round_number: int):
        self.rng = rng
        # Each distance gets its turn whatever the seed; the rest is drawn.
        distance = DISTANCES[round_number % len(DISTANCES)]
        self.has_integer_vectors = rng.random() < 0.5
        sparse = {name: self._sparse_params() for name in rng.sample(SPARSE_NAMES, rng.choice([0, 0, 1, 2]))}
        if rng.random() < 0.4:
            self.schema = Schema({"": self._vector_params(distance)}, sparse)
        else:
            names = rng.sample(VECTOR_NAMES, rng.randint(1, len(VECTOR_NAMES)))
            params = [self._vector_params(distance), *(self._vector_params(rng.choice(DISTANCES)) for _ in names[1:])]
            self.schema = Schema(dict(zip(names, params)), sparse)

    def _vector_params(self, distance: models.Distance) -> models.VectorParams:
        multi = MAX_SIM if self.chance(0.25) else None
        return models.VectorParams(size=self.rng.choice(DIMENSIONS), distance=distance, multivector_config=multi)

    def _sparse_params(self) -> models.SparseVectorParams:
        return models.SparseVectorParams(modifier=models.Modifier.IDF if self.chance(0.5) else None)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # Ids and vectors

    def point_id(self) -> int | str:
        return self.rng.choice(INTEGER_IDS) if self.chance(0.7) else str(self.rng.choice(UUIDS))

    def spelled_id(self) -> int | str:
        """An id in one of the spellings that a request may use."""
        found = self.point_id()
        if isinstance(found, int):
            return found
        spellings = [found, found.upper(), found.replace("-", ""), f"urn:uuid:{found}", f"{{{found}}}"]
        return self.rng.choice(spellings)

    def distinct_ids(self, count: int) -> list[int | str]:
        spelled = {str(uuid.UUID(id)) if isinstance(id, str) else id: id for id in self._spelled(count)}
        return list(spelled.values())

    def _spelled(self, count: int) -> list[int | str]:
        return [self.spelled_id() for _ in range(count)]

    def vector_name(self) -> str:
        return self.rng.choice(self.schema.names)

    def is_sparse(self, name: str) -> bool:
        return name in self.schema.sparse

    def has_idf(self, name: str) -> bool:
        return self.is_sparse(name) and self.schema.sparse[name].modifier == models.Modifier.IDF

    def is_multi(self, name: str) -> bool:
        return name in self.schema.vectors and self.schema.vectors[name].multivector_config is not None

    def is_dense(self, name: str) -> bool:
        return name in self.schema.vectors and not self.is_multi(name)

    def dense_name(self) -> str | None:
        names = [name for name in self.schema.vectors if self.is_dense(name)]
        return self.rng.choice(names) if names else None

    def distance(self, name: str) -> models.Distance:
        return models.Distance.DOT if self.is_sparse(name) else self.schema.vectors[name].distance

    def is_cosine(self, name: str) -> bool:
        return self.distance(name) == models.Distance.COSINE

    def size(self, name: str) -> int:
        return self.schema.vectors[name].size

    def vector(self, size: int) -> list[float]:
        if self.has_integer_vectors:
            return [float(self.rng.randint(-3, 3)) for _ in range(size)]
        return [self.rng.gauss(0, 1) for _ in range(size)]

    def sparse_vector(self) -> models.SparseVector:
        indices = self.rng.sample(SPARSE_INDICES, self.rng.randint(0, 6))
        return models.SparseVector(indices=indices, values=self.vector(len(indices)))

    def named_vector(self, name: str) -> Any:
        if self.is_sparse(name):
            return self.sparse_vector()
        if self.is_multi(name):
            return [self.vector(self.size(name)) for _ in range(self.rng.randint(1, 4))]
        return self.vector(self.size(name))

    def vectors_of_point(self) -> Any:
        if not self.schema.is_named and self.chance(0.7):
            return {} if self.chance(0.1) else self.named_vector("")
        return {name: self.named_vector(name) for name in self.schema.names if self.chance(0.8)}

    def some_vectors(self) -> Any:
        """As above, at least one."""
        if not self.schema.is_named and self.chance(0.3):
            return self.named_vector("")
        names = self.rng.sample(self.schema.names, self.rng.randint(1, len(self.schema.names)))
        return {name: self.named_vector(name) for name in names}

    # Payloads

    def scalar(self) -> Any:
        pools = [INTEGERS, INTEGERS, NUMBERS, STRINGS, STRINGS, DATETIMES, [True, False], [None]]
        return self.rng.choice(self.rng.choice(pools))

    def value(self, depth: int) -> Any:
        kind = self.rng.random()
        if depth == 0 or kind < 0.55:
            return self.scalar()
        if kind < 0.8:
            return [self.value(depth - 1) for _ in range(self.rng.randint(0, 3))]
        return self.object(depth - 1)

    def object(self, depth: int) -> dict[str, Any]:
        keys = self.rng.sample(KEYS, self.rng.randint(0, 4))
        return {key: self._items(depth) if key == "items" else self.value(depth) for key in keys}

    def _items(self, depth: int) -> Any:
        """An array of objects mostly, for nested conditions."""
        if depth == 0 or self.chance(0.2):
            return self.value(depth)
        return [self.object(depth - 1) if self.chance(0.9) else self.scalar() for _ in range(self.rng.randint(0, 3))]

    def payload(self) -> dict[str, Any] | None:
        return None if self.chance(0.1) else self.object(3)

    # Points

    def point(self) -> models.PointStruct:
        return models.PointStruct(id=self.spelled_id(), vector=self.vectors_of_point(), payload=self.payload())

    def batch(self) -> models.Batch:
        ids = self._spelled(self.rng.randint(1, 8))
        vectors: Any
        if self.schema.is_named or self.chance(0.3):
            names = [name for name in self.schema.names if self.chance(0.8)]
            vectors = {name: [self.named_vector(name) for _ in ids] for name in names}
        else:
            vectors = [self.named_vector("") for _ in ids]
        payloads = None if self.chance(0.2) else [self.object(3) for _ in ids]
        return models.Batch(ids=ids, vectors=vectors, payloads=payloads)

    # Key paths and selectors

    def path(self) -> str:
        text = self._path_key()
        for _ in range(self.rng.choice([0, 0, 0, 1, 1, 2, 3])):
            text += self.rng.choice(["." + self._path_key(), "." + self._path_key(), "[]", "[]", "[0]", "[1]"])
        return text

    def _path_key(self) -> str:
        key = self.rng.choice(KEYS)
        needs_quotes = not key.isalnum()
        return f'"{key}"' if needs_quotes or self.chance(0.1) else key

    def payload_selector(self) -> Any:
        paths = [self.path() for _ in range(self.rng.randint(0, 3))]
        return self.rng.choice(
            [
                True,
                False,
                paths,
                models.PayloadSelectorInclude(include=paths),
                models.PayloadSelectorExclude(exclude=paths),
            ]
        )

    def vector_selector(self) -> Any:
        names = self.schema.names
        return self.rng.choice([True, False, self.rng.sample(names, self.rng.randint(1, len(names)))])

    # Filters

    def filter_or_none(self) -> models.Filter | None:
        return None if self.chance(0.4) else self.filter(2)

    def filter(self, depth: int) -> models.Filter:
        clauses: dict[str, Any] = {
            clause: self._clause(depth) for clause in ["must", "should", "must_not"] if self.chance(0.45)
        }
        if self.chance(0.15):
            conditions = self._conditions(depth, 3)
            clauses["min_should"] = models.MinShould(conditions=conditions, min_count=self.rng.randint(1, 3))
        return models.Filter(**clauses)

    def _clause(self, depth: int) -> Any:
        return self.condition(depth) if self.chance(0.2) else self._conditions(depth, 2)

    def _conditions(self, depth: int, most: int) -> list[Any]:
        return [self.condition(depth) for _ in range(self.rng.randint(0, most))]

    def condition(self, depth: int) -> Any:
        kinds = [self._match, self._match, self._match, self._range, self._has_id, self._presence, self._field_presence]
        if depth > 0:
            kinds += [lambda: self._nested(depth), lambda: self.filter(depth - 1)]
        return self.rng.choice(kinds)()

    def _match(self) -> models.FieldCondition:
        texts, integers = [*STRINGS, *DATETIMES], INTEGERS
        several = self.rng.sample(self.rng.choice([texts, integers]), self.rng.randint(0, 3))
        match = self.rng.choice(
            [
                models.MatchValue(value=self.rng.choice([*texts, *integers, *integers, True, False])),
                models.MatchAny(any=several),
                models.MatchExcept(**{"except": several}),
            ]
        )
        return models.FieldCondition(key=self.path(), match=match)

    def _range(self) -> models.FieldCondition:
        if self.chance(0.2):
            bounds = {bound: self.rng.choice(MOMENTS) for bound in self._bound_names()}
            return models.FieldCondition(key=self.path(), range=models.DatetimeRange(**(bounds or {"gte": MOMENTS[2]})))
        bounds = {bound: self.rng.choice(BOUNDS) for bound in self._bound_names()}
        return models.FieldCondition(key=self.path(), range=models.Range(**bounds))

    def _bound_names(self) -> list[str]:
        return self.rng.sample(["lt", "lte", "gt", "gte"], self.rng.randint(0, 2))

    def _has_id(self) -> models.HasIdCondition:
        return models.HasIdCondition(has_id=self._spelled(self.rng.randint(0, 10)))

    def _presence(self) -> Any:
        field = models.PayloadField(key=self.path())
        if self.chance(0.5):
            return models.IsEmptyCondition(is_empty=field)
        return models.IsNullCondition(is_null=field)

    def _field_presence(self) -> models.FieldCondition:
        flag = self.chance(0.5)
        tests: list[dict[str, Any]] = [
            {"is_empty": flag},
            {"is_null": flag},
            {"values_count": models.ValuesCount(**{bound: self.rng.randint(0, 3) for bound in ["gte", "lt"][:1 + flag]})},
        ]
        return models.FieldCondition(key=self.path(), **self.rng.choice(tests))

    def _nested(self, depth: int) -> models.NestedCondition:
        key = self.rng.choice(["items", "items", "items[]", self.path()])
        return models.NestedCondition(nested=models.Nested(key=key, filter=self.filter(depth - 1)))
