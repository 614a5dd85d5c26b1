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
7. Ids as examples in prefetches and in relevance feedback. Local: excluded from the results of their own level. Server:
   from the whole request.
8. `context: null` in a discover query, a context query without pairs. Local: errors. Not generated.
9. Discovery in a collection that never had a point. Local: an error of numpy. Server: no results.
10. A prefetch whose query can never run, such as an average of no positive examples. Local: an error only if it is run.
   Server: always. Not generated.
11. The filter of a query over prefetches. Local: asked again of what they found. Server: it is a part of their own filters,
   where one `should` is enough for both, and is not asked again.
12. The unnamed vector in its bare form where a named one was added beside it. Local: an error. Server: the same as under
   the name "". Not generated.
13. `match` with `text`, `text_any` and `phrase` on a key without a text index. Local: compares words, as servers do from
   1.19.1 on. Server 1.19.0: looks for the text as it is. With an index both compare words.
14. Limits of prefetches in a query for groups. Local: none. Server: several searches of so many points for each group. Only
   prefetches of all points are generated there.
15. `match` with `text` on a key with a text index, of an array of strings. Local: one string must have all words. Server: the
   index knows the words of all strings of a point together.
"""

from typing import Any, Callable

import numpy as np
from qdrant_client.http import models
from qdrant_client.local import local_collection, payload_filters
from qdrant_client.local.local_collection import ignore_mentioned_ids_filter
from qdrant_client.local.payload_value_extractor import value_by_key
from qdrant_client.local.qdrant_local import QdrantLocal

_original_check_condition = payload_filters.check_condition

_TEXT_MATCHES = (models.MatchText, models.MatchTextAny, models.MatchPhrase)

# Keys that have a text index in the collection at hand.
tokenized: set[str] = set()


def _found(payload: dict[str, Any], key: str) -> list[Any]:
    return value_by_key(payload, key, flat=False) or []


def _has_text(match: Any, text: str) -> bool:
    if isinstance(match, models.MatchTextAny):
        return any(piece in text for piece in match.text_any.split())
    return (match.phrase if isinstance(match, models.MatchPhrase) else match.text) in text


def _check_condition(condition: Any, payload: dict[str, Any], point_id: Any, has_vector: dict[str, bool]) -> bool:
    if isinstance(condition, models.IsNullCondition):
        return any(value is None for value in _found(payload, condition.is_null.key))
    if isinstance(condition, models.FieldCondition) and condition.values_count is None:
        if condition.key not in tokenized and isinstance(condition.match, _TEXT_MATCHES):
            texts = value_by_key(payload, condition.key) or []
            return any(isinstance(text, str) and _has_text(condition.match, text) for text in texts)
        if condition.key in tokenized and isinstance(condition.match, models.MatchText):
            strings = [text for text in value_by_key(payload, condition.key) or [] if isinstance(text, str)]
            return payload_filters.check_match(condition.match, " ".join(strings))
        # Where nothing is found there is nothing to ask: it is empty, and it is not null.
        values = _found(payload, condition.key)
        if condition.is_empty is not None:
            answers = [payload_filters.value_is_empty(value) for value in values] or [True]
            return any(answer == condition.is_empty for answer in answers)
        if condition.is_null is not None:
            answers = [payload_filters.value_is_null(value) for value in values] or [False]
            return any(answer == condition.is_null for answer in answers)
    return _original_check_condition(condition, payload, point_id, has_vector)


def _excluding_examples_of_prefetches(original: Callable[..., Any]) -> Callable[..., Any]:
    def query(self: QdrantLocal, collection_name: str, *args: Any, **kwargs: Any) -> Any:
        mentioned: list[Any] = []

        def collect(prefetch: Any) -> None:
            for one in prefetch if isinstance(prefetch, list) else [prefetch] if prefetch else []:
                _, ids = self._resolve_query_input(collection_name, one.query, one.using, one.lookup_from)
                mentioned.extend(ids)
                collect(one.prefetch)

        collect(kwargs.get("prefetch"))
        kwargs["query_filter"] = ignore_mentioned_ids_filter(kwargs.get("query_filter"), mentioned)
        return original(self, collection_name, *args, **kwargs)

    return query


def _resolving_feedback(original: Callable[..., Any]) -> Callable[..., Any]:
    def resolve(self: QdrantLocal, name: str, query: Any, using: Any, lookup_from: Any) -> tuple[Any, set[Any]]:
        if not isinstance(query, models.RelevanceFeedbackQuery):
            return original(self, name, query, using, lookup_from)
        mentioned: set[Any] = set()

        def vector(example: Any) -> Any:
            nearest, ids = original(self, name, models.NearestQuery(nearest=example), using, lookup_from)
            mentioned.update(ids)
            return nearest.nearest

        feedback = query.relevance_feedback
        items = [models.FeedbackItem(example=vector(item.example), score=item.score) for item in feedback.feedback]
        resolved = models.RelevanceFeedbackInput(
            target=vector(feedback.target), feedback=items, strategy=feedback.strategy
        )
        return models.RelevanceFeedbackQuery(relevance_feedback=resolved), mentioned

    return resolve


def _empty_for_nothing(original: Callable[..., Any]) -> Callable[..., Any]:
    def scores(query: Any, vectors: Any, *args: Any) -> Any:
        return original(query, vectors, *args) if len(vectors) > 0 else np.zeros(0)

    return scores


def correct_local_mode() -> None:
    """Makes the local mode of this process answer as a server of version 1.19 does, in the points listed above."""
    payload_filters.check_condition = _check_condition
    include_ids = local_collection._include_ids_in_filter
    local_collection._include_ids_in_filter = lambda _, ids: include_ids(None, ids)
    for name in ("calculate_discovery_scores", "calculate_sparse_discovery_scores", "calculate_multi_discovery_scores"):
        setattr(local_collection, name, _empty_for_nothing(getattr(local_collection, name)))
    QdrantLocal._resolve_query_input = _resolving_feedback(QdrantLocal._resolve_query_input)
    QdrantLocal.query_points = _excluding_examples_of_prefetches(QdrantLocal.query_points)
    QdrantLocal.query_points_groups = _excluding_examples_of_prefetches(QdrantLocal.query_points_groups)
