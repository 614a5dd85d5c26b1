"""Where the local mode of qdrant-client 1.20 is not the oracle, and the local mode corrected there.

Each entry says what the local mode does, what a server of version 1.19 does, and why it matters here. What is not
listed is compared as it is. The correction replaces single functions of the local mode, so that everything around
them keeps being compared.

1. `{is_null: {key}}` on an array that holds a null. Local: null. Server 1.19.0: not null unless the key has an index
   (changed by a later server, see `value_is_null` there).
2. `{key, is_null: flag}` and `{key, is_empty: flag}` on a path that finds several values. Local: the plain condition,
   compared with the flag. Server 1.19.0: asked of each value found, one is enough.
3. A name in `with_vectors` that the collection does not have. Local: passed over. Server: an error. Not generated.
4. An invalid key path in a filter. Local: an error only once a point is looked at. Server: always. Not generated.
5. Integers compared with range bounds. Local: exactly. Server: as doubles. Bounds near 2^53 are not generated.
6. A query that is longer than vectors of one dimension. Local: numpy repeats the one number. Server: an error. Not
   generated.
"""

from typing import Any

from qdrant_client.http import models
from qdrant_client.local import payload_filters
from qdrant_client.local.payload_value_extractor import value_by_key

_original_check_condition = payload_filters.check_condition


def _found(payload: dict[str, Any], key: str) -> list[Any]:
    return value_by_key(payload, key, flat=False) or []


def _check_condition(condition: Any, payload: dict[str, Any], point_id: Any, has_vector: dict[str, bool]) -> bool:
    if isinstance(condition, models.IsNullCondition):
        return any(value is None for value in _found(payload, condition.is_null.key))
    if isinstance(condition, models.FieldCondition) and condition.values_count is None:
        # Where nothing is found there is nothing to ask: it is empty, and it is not null.
        values = _found(payload, condition.key)
        if condition.is_empty is not None:
            answers = [payload_filters.value_is_empty(value) for value in values] or [True]
            return any(answer == condition.is_empty for answer in answers)
        if condition.is_null is not None:
            answers = [payload_filters.value_is_null(value) for value in values] or [False]
            return any(answer == condition.is_null for answer in answers)
    return _original_check_condition(condition, payload, point_id, has_vector)


def correct_local_mode() -> None:
    """Makes the local mode of this process answer as a server of version 1.19 does, in the points listed above."""
    payload_filters.check_condition = _check_condition
