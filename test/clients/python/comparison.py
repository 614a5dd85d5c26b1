"""Equality of answers: exact for ids, payloads and their order; with a tolerance for floats; ties in score as sets."""

import math
from typing import Any

from qdrant_client import models

SCORE_TOLERANCE = 2e-5


class Difference(Exception):
    """The two sides disagree."""


def is_close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SCORE_TOLERANCE, abs_tol=SCORE_TOLERANCE)


def check(is_equal: bool, what: str, expected: Any, got: Any) -> None:
    if not is_equal:
        raise Difference(f"{what}\n  expected {expected!r}\n  got      {got!r}")


def ordered_names(value: dict[str, Any]) -> list[str]:
    """Names of which the order is kept: a payload that was changed may have names that are integers first."""
    return [name for name in value if not name.isdigit()]


def is_same_json(expected: Any, got: Any) -> bool:
    """Python takes 1, 1.0 and True for equal, and any order of names; a payload has to come back as it was sent."""
    if type(expected) is not type(got):
        return False
    if isinstance(expected, dict):
        is_same_shape = set(expected) == set(got) and ordered_names(expected) == ordered_names(got)
        return is_same_shape and all(is_same_json(expected[name], got[name]) for name in expected)
    if isinstance(expected, list):
        return len(expected) == len(got) and all(map(is_same_json, expected, got))
    if isinstance(expected, float):
        return repr(expected) == repr(got)
    return expected == got


def is_same_vector(expected: Any, got: Any) -> bool:
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and set(expected) == set(got)
            and all(is_same_vector(expected[name], got[name]) for name in expected)
        )
    if isinstance(expected, models.SparseVector):
        return (
            isinstance(got, models.SparseVector)
            and expected.indices == got.indices
            and is_same_vector(expected.values, got.values)
        )
    if isinstance(expected, list):
        is_same = is_same_vector if expected and isinstance(expected[0], list) else is_close
        return isinstance(got, list) and len(expected) == len(got) and all(map(is_same, expected, got))
    return expected is None and got is None


def compare_record(expected: Any, got: Any) -> None:
    check(type(expected.id) is type(got.id) and expected.id == got.id, "id", expected.id, got.id)
    check(is_same_json(expected.payload, got.payload), f"payload of {got.id}", expected.payload, got.payload)
    check(is_same_vector(expected.vector, got.vector), f"vector of {got.id}", expected.vector, got.vector)


def compare_records(expected: list[Any], got: list[Any]) -> None:
    expected_ids, got_ids = [record.id for record in expected], [record.id for record in got]
    check(expected_ids == got_ids, "ids", expected_ids, got_ids)
    for one, other in zip(expected, got):
        compare_record(one, other)


def compare_hits(
    expected: list[models.ScoredPoint], got: list[models.ScoredPoint], everything: list[models.ScoredPoint]
) -> None:
    """`everything` holds all points that match, with their scores: which of several that tie are returned, and in
    which order, is open."""
    expected_scores, got_scores = [hit.score for hit in expected], [hit.score for hit in got]
    is_same = len(expected_scores) == len(got_scores) and all(map(is_close, expected_scores, got_scores))
    check(is_same, "scores", [(hit.id, hit.score) for hit in expected], [(hit.id, hit.score) for hit in got])
    check(len({hit.id for hit in got}) == len(got), "distinct ids", None, [hit.id for hit in got])
    by_id = {hit.id: hit for hit in everything}
    for hit in got:
        check(hit.id in by_id, "a point that must not be found", sorted(map(str, by_id)), hit.id)
        check(is_close(by_id[hit.id].score, hit.score), f"score of {hit.id}", by_id[hit.id].score, hit.score)
        compare_record(by_id[hit.id], hit)
