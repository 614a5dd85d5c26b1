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
UUID_STRINGS = ["01234567-89ab-cdef-0123-456789abcdef", "0123456789ABCDEF0123456789abcdef"]
DATETIMES = ["2024-01-02T03:04:05Z", "2024-01-02", "2024-01-02 05:04:05+02:00", "2023-12-31T23:59:59.999999Z"]
MOMENTS = [
    datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone.utc),
    datetime(2024, 1, 2, tzinfo=timezone.utc),
    datetime(2023, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc),
]
BOUNDS = [-1.5, -1, 0, 0.5, 1, 1.0, 2, 1e18]
PLACES = [
    {"lon": 13.4, "lat": 52.5},
    {"lat": 48.85, "lon": 2.35},
    {"lon": -179.5, "lat": -17.3},
    {"lon": 179.25, "lat": 0.75},
    {"lon": 0, "lat": 0},
]
ODD_PLACES: list[Any] = [{"lon": 13.4}, {"lon": "13.4", "lat": 52.5}, {"lon": True, "lat": 1.0}, [13.4, 52.5]]
WORDS = ["red", "Red", "green", "blue", "ü", "日本", "a", "2024"]
RADII = [1.0, 50_000.0, 900_000.0, 20_000_000.0]

# Keys whose values are all of one kind, so that an index makes no difference to what a filter finds.
INDEXES: dict[str, Any] = {
    "word": models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, prefix=True),
    "whole": models.IntegerIndexParams(type=models.IntegerIndexType.INTEGER, lookup=True, range=True),
    "real": models.PayloadSchemaType.FLOAT,
    "when": models.PayloadSchemaType.DATETIME,
    "where": models.PayloadSchemaType.GEO,
    "flag": models.PayloadSchemaType.BOOL,
    "uuid": models.PayloadSchemaType.UUID,
    "prose": models.TextIndexParams(type=models.TextIndexType.TEXT, phrase_matching=True),
    "rows[].whole": models.PayloadSchemaType.INTEGER,
    "rows[].word": models.PayloadSchemaType.KEYWORD,
}

INTEGER_IDS = [*range(24), 2**53 + 1, 2**63, 2**64 - 1]
UUIDS = [uuid.UUID(int=n * 0x0123_4567_89AB_CDEF_0123_4567_89AB_CDEF % 2**128) for n in range(8)]
UNKNOWN_ID = 999_999
VALUES_OF_KIND: dict[str, list[Any]] = {
    "word": STRINGS,
    "whole": INTEGERS,
    "real": [0.5, -1.5, 0.1, 2.0, 1e17],
    "when": DATETIMES,
    "where": PLACES,
    "flag": [True, False],
    "uuid": [str(id) for id in UUIDS],
}


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
        self.has_indexes = rng.random() < 0.5
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
        pools = [INTEGERS, INTEGERS, NUMBERS, STRINGS, STRINGS, UUID_STRINGS, DATETIMES, PLACES, ODD_PLACES, [True, False], [None]]
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

    def _words(self, most: int) -> str:
        return " ".join(self.rng.choices(WORDS, k=self.rng.randint(1, most)))

    def _value_of_kind(self, kind: str) -> Any:
        def one() -> Any:
            return self._words(5) if kind == "prose" else self.rng.choice(VALUES_OF_KIND[kind])

        return one() if self.chance(0.7) else [one() for _ in range(self.rng.randint(0, 3))]

    def _row(self) -> Any:
        row = {kind: self._value_of_kind(kind) for kind in ["whole", "word"] if self.chance(0.7)}
        return row if self.chance(0.9) else self.scalar()

    def whole_payload(self) -> dict[str, Any]:
        """Values of any kind under `KEYS`, and of the right kinds under those of `INDEXES`."""
        kinds = self.rng.sample([*VALUES_OF_KIND, "prose"], self.rng.randint(0, 4))
        payload = {**self.object(3), **{kind: self._value_of_kind(kind) for kind in kinds}}
        if self.chance(0.4):
            payload["rows"] = [self._row() for _ in range(self.rng.randint(0, 3))]
        return payload

    def payload(self) -> dict[str, Any] | None:
        return None if self.chance(0.1) else self.whole_payload()

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
        payloads = None if self.chance(0.2) else [self.whole_payload() for _ in ids]
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
        kinds = [
            *[self._match, self._match, self._range, self._has_id, self._presence, self._field_presence],
            *[self._text, self._place, self._of_kind, self._of_kind, self._slice, self._has_vector],
        ]
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
        return models.FieldCondition(key=self.path(), range=self._moments() if self.chance(0.2) else self._bounds())

    def _moments(self) -> models.DatetimeRange:
        bounds = {bound: self.rng.choice(MOMENTS) for bound in self._bound_names()}
        return models.DatetimeRange(**(bounds or {"gte": MOMENTS[2]}))

    def _bounds(self) -> models.Range:
        return models.Range(**{bound: self.rng.choice(BOUNDS) for bound in self._bound_names()})

    def _text(self) -> models.FieldCondition:
        text = self.rng.choice([*STRINGS, "ed", "red a", "r e"])
        return models.FieldCondition(key=self.path(), match=self.rng.choice(self._text_matches(text)))

    def _text_matches(self, text: str) -> list[Any]:
        return [
            models.MatchText(text=text),
            models.MatchTextAny(text_any=text),
            models.MatchPhrase(phrase=text),
            *self._string_matches(text),
        ]

    def _string_matches(self, text: str) -> list[Any]:
        return [models.MatchPrefix(prefix=text), models.MatchSubstring(substring=text)]

    def _place(self) -> models.FieldCondition:
        return models.FieldCondition(key=self.path(), **self._area())

    def _corner(self) -> models.GeoPoint:
        # No place of a payload lies on a border.
        return models.GeoPoint(lon=self.rng.randint(-18, 17) * 10 + 5.5, lat=self.rng.randint(-8, 8) * 10 + 0.25)

    def _ring(self) -> models.GeoLineString:
        corners = [self._corner() for _ in range(3)]
        return models.GeoLineString(points=[*corners, corners[0]])

    def _area(self) -> dict[str, Any]:
        places = [models.GeoPoint(**place) for place in PLACES]
        one, other = self._corner(), self._corner()
        return self.rng.choice(
            [
                {"geo_radius": models.GeoRadius(center=self.rng.choice(places), radius=self.rng.choice(RADII))},
                {
                    "geo_bounding_box": models.GeoBoundingBox(
                        top_left=models.GeoPoint(lon=one.lon, lat=max(one.lat, other.lat)),
                        bottom_right=models.GeoPoint(lon=other.lon, lat=min(one.lat, other.lat)),
                    )
                },
                {
                    "geo_polygon": models.GeoPolygon(
                        exterior=self._ring(), interiors=[self._ring()] if self.chance(0.3) else None
                    )
                },
            ]
        )

    def _of_kind(self) -> Any:
        """A condition that an index can answer where there is one, and that must not depend on it."""
        if self.chance(0.2):
            conditions = [self._test_of_kind(kind, kind) for kind in ["whole", "word"] if self.chance(0.7)]
            clause = self.rng.choice(["must", "should", "must_not"])
            return models.NestedCondition(nested=models.Nested(key="rows", filter=models.Filter(**{clause: conditions})))
        if self.chance(0.2):
            kind = self.rng.choice(["whole", "word"])
            return self._test_of_kind(kind, f"rows[].{kind}")
        kind = self.rng.choice([*VALUES_OF_KIND, "prose"])
        return self._test_of_kind(kind, kind + self.rng.choice(["", "", "", "[]"]))

    def _test_of_kind(self, kind: str, key: str) -> models.FieldCondition:
        if kind != "prose" and self.chance(0.15):
            return models.FieldCondition(key=key, **self.rng.choice(self._presence_tests()))
        if kind in ("real", "whole") and (kind == "real" or self.chance(0.5)):
            return models.FieldCondition(key=key, range=self._bounds())
        if kind == "when":
            return models.FieldCondition(key=key, range=self._moments())
        if kind == "where":
            return models.FieldCondition(key=key, **self._area())
        if kind == "prose":
            matches = self._text_matches(self._words(2))
            # The key with brackets is another one, which has no index.
            return models.FieldCondition(key="prose", match=self.rng.choice(matches[:3]))
        pool = VALUES_OF_KIND[kind]
        matches = [models.MatchValue(value=self.rng.choice(pool))]
        if kind != "flag":
            several = self.rng.sample(pool, self.rng.randint(0, 3))
            matches += [models.MatchAny(any=several), models.MatchExcept(**{"except": several})]
        if kind == "word":
            matches += self._string_matches(self.rng.choice(["", "r", "R", "red", "日"]))
        return models.FieldCondition(key=key, match=self.rng.choice(matches))

    def _slice(self) -> models.SliceCondition:
        total = self.rng.randint(1, 4)
        return models.SliceCondition(slice=models.Slice(total=total, index=self.rng.randrange(total)))

    def _has_vector(self) -> models.HasVectorCondition:
        return models.HasVectorCondition(has_vector=self.rng.choice([*self.schema.names, "unknown"]))

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
        return models.FieldCondition(key=self.path(), **self.rng.choice(self._presence_tests()))

    def _presence_tests(self) -> list[dict[str, Any]]:
        flag = self.chance(0.5)
        bounds = {bound: self.rng.randint(0, 3) for bound in ["gte", "lt"][: 1 + flag]}
        return [{"is_empty": flag}, {"is_null": flag}, {"values_count": models.ValuesCount(**bounds)}]

    def _nested(self, depth: int) -> models.NestedCondition:
        key = self.rng.choice(["items", "items", "items[]", self.path()])
        return models.NestedCondition(nested=models.Nested(key=key, filter=self.filter(depth - 1)))
