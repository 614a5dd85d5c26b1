"""Payloads that change where they are, and what indexes of their values are for: orders and facets.

The local mode takes values of all kinds together, a server those that the index is of: the expected values are taken from
the records of the local mode here."""

import re
import uuid
from collections import Counter
from typing import Any, Callable

from qdrant_client import models
from qdrant_client.local.payload_value_extractor import value_by_key

from comparison import check, compare_record
from generators import Generator, KEYS

MORE_THAN_ALL = 1000
I64 = range(-(2**63), 2**63)
# Microseconds since 1970 of generators.DATETIMES.
MOMENTS = {
    "2024-01-02T03:04:05Z": 1_704_164_645_000_000,
    "2024-01-02": 1_704_153_600_000_000,
    "2024-01-02 05:04:05+02:00": 1_704_164_645_000_000,
    "2023-12-31T23:59:59.999999Z": 1_704_067_199_999_999,
}
ORDERED = [models.PayloadSchemaType.INTEGER, models.PayloadSchemaType.FLOAT, models.PayloadSchemaType.DATETIME]
COUNTED = [
    models.PayloadSchemaType.KEYWORD,
    models.PayloadSchemaType.INTEGER,
    models.PayloadSchemaType.BOOL,
    models.PayloadSchemaType.UUID,
]
RANKED = [
    models.TextIndexParams(type=models.TextIndexType.TEXT, scoring=True),
    models.TextIndexParams(
        type=models.TextIndexType.TEXT, scoring=models.TextScoringParams(type=models.TextScoringType.BM25)
    ),
]
# The word that a path to the values of an index ends in, whatever leads to it.
WORD_OF_KEY = {**{key: key for key in [*KEYS[:3], "ü"]}, "items[].a": "a", "c.a": "a"}
KEY_OF_FILTER = re.compile(r"""key=('[^']*'|"[^"]*")""")
WORDS = ["red", "Red,", "green", "blue", "ü", "日本", "a", "2024-01-02", "..."]
STARTS: dict[str, list[Any]] = {
    "integer": [-(2**63), -1, 0, 0.5, 1, 2**53 + 1],
    "float": [-1.5, 0, 0.1, 1, 1e300],
    "datetime": ["2024-01-02T03:04:05Z", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00+00:00"],
}


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def integer_of(value: Any) -> Any:
    return int(value) if is_number(value) and value == int(value) and int(value) in I64 else None


def uuid_of(value: Any) -> Any:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else None
    except ValueError:
        return None


VALUE_OF: dict[str, Callable[[Any], Any]] = {
    "integer": integer_of,
    "float": lambda value: float(value) if is_number(value) else None,
    "datetime": lambda value: MOMENTS.get(value) if isinstance(value, str) else None,
    "keyword": lambda value: value if isinstance(value, str) else None,
    "bool": lambda value: value if isinstance(value, bool) else None,
    "uuid": uuid_of,
}


def values_of(record: Any, key: str, kind: str) -> set[Any]:
    """The different values of a kind under a key; elements of arrays count one by one."""
    found = value_by_key(record.payload or {}, key, flat=False) or []
    flat = [element for value in found for element in (value if isinstance(value, list) else [value])]
    return {value for value in map(VALUE_OF[kind], flat) if value is not None}


def facet_order(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


class ValueOperations:
    """Operations of a round with the values of payloads; see `Round` for what they use."""

    generator: Generator

    def some_ids(self) -> list[Any]:
        return self.generator.distinct_ids(self.generator.rng.randint(1, 4))

    def op_payload(self) -> None:
        rng = self.generator.rng
        ids = self.some_ids()
        method, args = rng.choice(
            [
                ("set_payload", {"payload": self.generator.whole_payload()}),
                ("set_payload", {"payload": self.generator.object(2), "key": self.generator.path()}),
                ("overwrite_payload", {"payload": self.generator.whole_payload()}),
                ("delete_payload", {"keys": [self.generator.path() for _ in range(rng.randint(1, 2))]}),
                ("clear_payload", {}),
            ]
        )
        selector: Any = ids
        if self.generator.chance(0.3):
            narrowed = [models.HasIdCondition(has_id=ids), self.generator.filter(1)]
            selector = models.FilterSelector(filter=models.Filter(must=narrowed))
        self.write(method, **args, **{"points_selector" if method == "clear_payload" else "points": selector})

    def safe_filter(self, key: str) -> models.Filter | None:
        """A filter to which it makes no difference that the key has an index."""
        filter = self.generator.filter_or_none()
        is_asked = any(WORD_OF_KEY[key] in re.findall(r"[\w-]+", found) for found in KEY_OF_FILTER.findall(repr(filter)))
        return None if is_asked else filter

    def indexed(self, schemas: list[Any], compare: Callable[[str, Any, models.Filter | None], None]) -> None:
        key = self.generator.rng.choice(list(WORD_OF_KEY))
        schema = self.generator.rng.choice(schemas)
        self.both("create_payload_index", self.name, field_name=key, field_schema=schema, wait=True)
        for _ in range(3):
            compare(key, schema, self.safe_filter(key))
            self.generator.rng.choice([self.op_payload, self.op_upsert, self.op_delete_ids])()
        self.both("delete_payload_index", self.name, field_name=key)

    def matching(self, filter: models.Filter | None) -> list[Any]:
        return self.local.scroll(
            self.name, scroll_filter=filter, limit=MORE_THAN_ALL, with_payload=True, with_vectors=True
        )[0]

    def op_order_by(self) -> None:
        self.indexed(ORDERED, self.compare_order)

    def compare_order(self, key: str, kind: str, filter: models.Filter | None) -> None:
        rng = self.generator.rng
        start = rng.choice([None, *STARTS[kind]])
        direction = rng.choice([None, *models.Direction])
        is_descending = direction == models.Direction.DESC
        limit = rng.choice([1, 3, 10, 100])
        order = models.OrderBy(key=key, direction=direction, start_from=start)
        records = self.matching(filter)
        first = VALUE_OF[kind](start) if isinstance(start, str) else start
        if isinstance(start, str) and first is None:
            first = {"2024-01-01T00:00:00Z": 1_704_067_200_000_000}.get(start, MOMENTS["2024-01-02"])

        def is_wanted(value: Any) -> bool:
            return first is None or (value <= first if is_descending else value >= first)

        entries = [
            (value, record.id) for record in records for value in values_of(record, key, kind) if is_wanted(value)
        ]
        expected = sorted((value for value, _ in entries), reverse=is_descending)[:limit]
        options: dict[str, Any] = {"limit": limit, "with_payload": True, "with_vectors": True}
        self.last = ("order_by", order, filter, limit)
        if rng.random() < 0.5:
            got, next_offset = self.remote.scroll(self.name, scroll_filter=filter, order_by=order, **options)
            check(next_offset is None, "next offset", None, next_offset)
        else:
            query = models.OrderByQuery(order_by=order)
            got = self.remote.query_points(self.name, query=query, query_filter=filter, **options).points
        values = [record.order_value for record in got]
        check(expected == values, "values in order", expected, values)
        found = [(record.order_value, record.id) for record in got]
        check(len(set(found)) == len(found) and set(found) <= set(entries), "points of the values", entries, found)
        by_id = {record.id: record for record in records}
        for record in got:
            compare_record(by_id[record.id], record)

    def op_facet(self) -> None:
        self.indexed(COUNTED, self.compare_facet)

    def compare_facet(self, key: str, kind: str, filter: models.Filter | None) -> None:
        rng = self.generator.rng
        counts = Counter(value for record in self.matching(filter) for value in values_of(record, key, kind))
        limit = rng.choice([1, 3, 100])
        expected = sorted(counts.items(), key=lambda entry: (-entry[1], facet_order(entry[0])))[:limit]
        self.last = ("facet", key, filter, limit)
        answer = self.remote.facet(
            self.name, key=key, facet_filter=filter, limit=limit, exact=rng.choice([True, False])
        )
        got = [(hit.value, hit.count) for hit in answer.hits]
        check(expected == got, "facets", expected, got)

    def op_text(self) -> None:
        self.indexed(RANKED, self.compare_texts)

    def words(self, most: int) -> str:
        return " ".join(self.generator.rng.choices(WORDS, k=self.generator.rng.randint(1, most)))

    def texts(self) -> Any:
        return self.words(6) if self.generator.chance(0.7) else [self.words(3), 5, self.words(3)]

    def compare_texts(self, key: str, _: Any, filter: models.Filter | None) -> None:
        rng = self.generator.rng
        for _ in range(2):
            payload = {
                "items[].a": lambda: {"items": [{"a": self.texts()}, {"a": self.texts()}]},
                "c.a": lambda: {"c": {"a": self.texts()}},
            }.get(key, lambda: {key: self.texts()})
            self.write("set_payload", payload=payload(), points=self.generator.distinct_ids(8))
        words = self.words(3)
        bm25 = models.Bm25Params(k=rng.choice([None, 0.0, 2.0]), b=rng.choice([None, 0.0, 1.0]))
        text = rng.choice(
            [words, models.TextQueryInput(query=words, scoring=rng.choice([None, models.Bm25Scoring(bm25=bm25)]))]
        )
        request = {"query": models.TextQuery(text=text), "using": key, "query_filter": filter, **self.page()}
        if rng.random() < 0.3:
            name = self.generator.vector_name()
            nearest = models.NearestQuery(nearest=self.generator.named_vector(name))
            request["prefetch"] = models.Prefetch(query=nearest, using=name or None, limit=MORE_THAN_ALL)
        elif rng.random() < 0.5:
            request["score_threshold"] = rng.choice([0.0, 0.3, 1.0])
        self.compare_ranking(request)
