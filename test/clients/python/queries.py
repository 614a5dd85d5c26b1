"""The kinds of query for differential.py, and requests that put them together."""

from typing import Any, Callable

from qdrant_client import models

from comparison import check, compare_hits, compare_record, is_close
from generators import Generator, MOMENTS, NUMERIC_KEYS

MORE_THAN_ALL = 1000
# Scores nearer to each other than this may change places by rounding.
GAP = 1e-4
THRESHOLDS = [-5.0, -0.5, 0.0, 0.31, 0.77, 2.0]


def is_strict(hits: list[models.ScoredPoint]) -> bool:
    """No two scores tie, so that the order is the same for everyone."""
    scores = sorted(hit.score for hit in hits)
    return all(high - low > GAP for low, high in zip(scores, scores[1:]))


def is_spread(hits: list[models.ScoredPoint]) -> bool:
    """The deviation of the scores is not made of rounding errors."""
    scores = [hit.score for hit in hits]
    return len(scores) < 2 or max(scores) - min(scores) > 0.05


def unfiltered(prefetches: list[models.Prefetch] | None) -> list[models.Prefetch] | None:
    """The same prefetches over all points."""
    if prefetches is None:
        return None
    return [one.model_copy(update={"filter": None, "prefetch": unfiltered(one.prefetch)}) for one in prefetches]


class QueryGenerator:
    """Random queries over the vectors and payloads that `Generator` makes."""

    def __init__(self, generator: Generator):
        self.generator = generator
        self.rng = generator.rng

    def example(self, name: str) -> Any:
        return self.generator.spelled_id() if self.rng.random() < 0.4 else self.generator.named_vector(name)

    def examples(self, name: str, least: int, most: int) -> list[Any]:
        return [self.example(name) for _ in range(self.rng.randint(least, most))]

    def has_rounded_ties(self, name: str) -> bool:
        """Similarities that are equal by nature come out different by rounding: a score that jumps there is open."""
        return self.generator.is_cosine(name) and (self.generator.has_integer_vectors or self.generator.size(name) == 1)

    def recommend(self, name: str) -> models.RecommendQuery:
        strategies = [None, *models.RecommendStrategy]
        if self.has_rounded_ties(name):
            strategies.remove(models.RecommendStrategy.BEST_SCORE)
        strategy = self.rng.choice(strategies)
        positive, negative = self.examples(name, 0, 3), self.examples(name, 0, 2)
        # Number 10 in local_mode.py.
        needs_positive = strategy in (None, models.RecommendStrategy.AVERAGE_VECTOR) or not negative
        if needs_positive and not positive:
            positive = [self.example(name)]
        return models.RecommendQuery(
            recommend=models.RecommendInput(positive=positive, negative=negative, strategy=strategy)
        )

    def pairs(self, name: str) -> list[models.ContextPair]:
        return [
            models.ContextPair(positive=self.example(name), negative=self.example(name))
            for _ in range(self.rng.randint(1, 3))
        ]

    def discover(self, name: str) -> models.DiscoverQuery:
        pairs = self.pairs(name)
        context = pairs[0] if self.rng.random() < 0.2 else pairs
        return models.DiscoverQuery(discover=models.DiscoverInput(target=self.example(name), context=context))

    def context(self, name: str) -> models.ContextQuery:
        pairs = self.pairs(name)
        return models.ContextQuery(context=pairs[0] if self.rng.random() < 0.2 else pairs)

    def feedback(self, name: str) -> models.RelevanceFeedbackQuery:
        items = [
            models.FeedbackItem(example=self.example(name), score=self.rng.choice([0.0, 0.25, 0.5, 1.0]))
            for _ in range(self.rng.randint(1, 4))
        ]
        coefficients = models.NaiveFeedbackStrategyParams(
            a=self.rng.choice([0.0, 0.5, 1.0]), b=self.rng.choice([0.0, 0.5, 1.0, 2.0]), c=self.rng.choice([-1.0, 0.5, 1.0])
        )
        return models.RelevanceFeedbackQuery(
            relevance_feedback=models.RelevanceFeedbackInput(
                target=self.example(name), feedback=items, strategy=models.NaiveFeedbackStrategy(naive=coefficients)
            )
        )

    def nearest(self, name: str) -> models.NearestQuery:
        return models.NearestQuery(nearest=self.example(name))

    def scoring(self, name: str) -> Any:
        """A query that gives each point a score of its own. Not all of them know every kind of vector."""
        kinds = [self.nearest, self.recommend, self.context]
        if not self.has_rounded_ties(name):
            kinds.append(self.discover)
        if self.generator.is_dense(name):
            kinds.append(self.feedback)
        return self.rng.choice(kinds)(name)

    def prefetch(self, limit: int | None = None, depth: int = 2) -> models.Prefetch:
        name = self.generator.vector_name()
        options: dict[str, Any] = {
            "filter": self.generator.filter_or_none(),
            "limit": limit if limit is not None else self.rng.choice([None, 1, 3, 20]),
        }
        if depth == 0 or self.rng.random() > 0.25:
            return models.Prefetch(query=self.scoring(name), using=name or None, **options)
        inner = [self.prefetch(MORE_THAN_ALL, depth - 1) for _ in range(self.rng.randint(1, 2))]
        if self.rng.random() < 0.3:
            return models.Prefetch(query=self.fusion(len(inner)), prefetch=inner, **options)
        return models.Prefetch(query=self.scoring(name), using=name or None, prefetch=inner, **options)

    def fusion(self, lists: int) -> models.FusionQuery | models.RrfQuery:
        weights = [self.rng.choice([0.0, 0.5, 1.0, 3.0]) for _ in range(lists)]
        return self.rng.choice(
            [
                models.FusionQuery(fusion=models.Fusion.RRF),
                models.FusionQuery(fusion=models.Fusion.DBSF),
                models.RrfQuery(rrf=models.Rrf(k=self.rng.choice([None, 1, 60]))),
                models.RrfQuery(rrf=models.Rrf(k=self.rng.choice([None, 1, 2, 7]), weights=weights)),
            ]
        )

    # Formulas

    def payload_variable(self) -> tuple[Any, models.Filter]:
        """An expression that reads one value of a payload, and a filter for the points that have just that one."""
        key = self.rng.choice(NUMERIC_KEYS)
        anywhere = models.GeoRadius(center=models.GeoPoint(lon=0, lat=0), radius=2.1e7)
        origin = models.GeoPoint(lon=13.4, lat=52.5)
        variables: list[tuple[str, Any, dict[str, Any]]] = [
            (key, key, {"range": models.Range(gte=-1e6, lte=1e6)}),
            ("real", "real", {"range": models.Range(gte=-1e6, lte=1e6)}),
            (
                "where",
                models.GeoDistance(geo_distance=models.GeoDistanceParams(origin=origin, to="where")),
                {"geo_radius": anywhere},
            ),
            (
                "when",
                models.DatetimeKeyExpression(datetime_key="when"),
                {"range": models.DatetimeRange(lte=MOMENTS[0].replace(year=2100))},
            ),
        ]
        path, variable, test = self.rng.choice(variables)
        is_single = models.FieldCondition(key=path, values_count=models.ValuesCount(lte=1))
        return variable, models.Filter(must=[models.FieldCondition(key=path, **test), is_single])

    def expression(self, variables: list[Any], depth: int) -> Any:
        if depth == 0 or self.rng.random() < 0.2:
            return self.rng.choice([*variables, *variables, 0.5, 2.0, -1.0, 0.0])
        inner = lambda: self.expression(variables, depth - 1)  # noqa: E731
        several = lambda: [inner() for _ in range(self.rng.randint(0, 3))]  # noqa: E731
        decay = models.DecayParamsExpression(
            x=inner(), target=self.rng.choice([None, 1.0, inner()]), scale=self.rng.choice([None, 2.0]), midpoint=None
        )
        makers: list[Callable[[], Any]] = [
            lambda: models.SumExpression(sum=several()),
            lambda: models.MultExpression(mult=several()),
            lambda: models.MaxExpression(max=[inner(), *several()]),
            lambda: models.MinExpression(min=[inner(), *several()]),
            lambda: models.NegExpression(neg=inner()),
            lambda: models.AbsExpression(abs=inner()),
            lambda: models.DivExpression(
                div=models.DivParams(left=inner(), right=inner(), by_zero_default=self.rng.choice([None, 3.0]))
            ),
            lambda: models.SqrtExpression(sqrt=models.AbsExpression(abs=inner())),
            lambda: models.PowExpression(pow=models.PowParams(base=inner(), exponent=self.rng.choice([2.0, 0.5]))),
            lambda: models.ExpExpression(exp=inner()),
            lambda: models.AcoshExpression(acosh=models.SumExpression(sum=[1.0, models.AbsExpression(abs=inner())])),
            lambda: models.LnExpression(ln=inner()),
            lambda: models.Log10Expression(log10=inner()),
            lambda: models.LinDecayExpression(lin_decay=decay),
            lambda: models.ExpDecayExpression(exp_decay=decay),
            lambda: models.GaussDecayExpression(gauss_decay=decay),
        ]
        return self.rng.choice(makers)()

    def formula(self, prefetches: int) -> tuple[models.FormulaQuery, models.Filter]:
        variable, has_value = self.payload_variable()
        place = models.GeoDistance(
            geo_distance=models.GeoDistanceParams(origin=models.GeoPoint(lon=13.4, lat=52.5), to="nowhere")
        )
        moment = models.DatetimeExpression(datetime="2024-01-02T03:04:05Z")
        scores = [f"$score[{i}]" for i in range(prefetches + 1)]
        variables = ["$score", variable, "missing", self.generator.condition(1), place, moment, *scores]
        defaults = {"missing": 1.5, "nowhere": {"lon": 13.5, "lat": 52.6}}
        if self.rng.random() < 0.5:
            defaults[f"$score[{prefetches}]"] = 0.25
        query = models.FormulaQuery(formula=self.expression(variables, self.rng.randint(1, 3)), defaults=defaults)
        return query, has_value


class QueryOperations:
    """Operations of a round with the kinds of query; see `Round` for what they use."""

    queries: QueryGenerator

    def unlimited(self, request: dict[str, Any]) -> Any:
        """Everything that a query finds in local mode, or its refusal."""
        rest = {key: value for key, value in request.items() if key not in ("limit", "offset", "score_threshold")}
        return self.local_outcome(
            lambda: self.local.query_points(self.name, limit=MORE_THAN_ALL, with_vectors=True, **rest).points
        )

    def is_refused(self, answer: Any) -> bool:
        return not isinstance(answer, list)

    def leaves_are(self, test: Callable[[list[models.ScoredPoint]], bool], request: dict[str, Any]) -> bool:
        """Whether all that each level of the prefetches could find passes the test, whatever the filters are."""
        for prefetch in unfiltered(request.get("prefetch")) or []:
            inner = {"query": prefetch.query, "using": prefetch.using, "prefetch": prefetch.prefetch}
            found = self.unlimited(inner)
            if not self.is_refused(found) and not (test(found) and self.leaves_are(test, inner)):
                return False
        return True

    def page(self) -> dict[str, Any]:
        options: dict[str, Any] = {"limit": self.queries.rng.choice([1, 3, 10, 50])}
        if self.generator.chance(0.3):
            options["offset"] = self.queries.rng.randint(0, 5)
        return options

    def compare_ranking(self, request: dict[str, Any]) -> None:
        """A query whose scores decide the order; ties are open."""
        everything = self.unlimited(request)
        threshold = request.get("score_threshold")
        if not self.is_refused(everything) and threshold is not None:
            if any(abs(hit.score - threshold) < GAP for hit in everything):
                del request["score_threshold"]
        expected, got = self.both("query_points", self.name, with_vectors=True, **request)
        if self.is_answer(got):
            compare_hits(expected.points, got.points, everything)

    def scoring_request(self) -> dict[str, Any]:
        name = self.generator.vector_name()
        filter = self.generator.filter_or_none()
        return {"query": self.queries.scoring(name), "using": name or None, "query_filter": filter, **self.page()}

    def rescore_request(self, limit: int | None = None) -> dict[str, Any]:
        """A query over prefetches of so many points; a plain one where the order of a prefetch is open."""
        prefetch = [self.queries.prefetch(limit) for _ in range(self.queries.rng.randint(1, 3))]
        request = {"prefetch": prefetch, **self.scoring_request()}
        return request if self.leaves_are(is_strict, request) else self.scoring_request()

    def fusion_request(self) -> dict[str, Any]:
        prefetch = [self.queries.prefetch() for _ in range(self.queries.rng.randint(1, 3))]
        query, filter = self.queries.fusion(len(prefetch)), self.generator.filter_or_none()
        request = {"prefetch": prefetch, "query": query, "query_filter": filter, **self.page()}
        is_open = not (self.leaves_are(is_strict, request) and self.leaves_are(is_spread, request))
        return self.scoring_request() if is_open else request

    def op_scoring(self) -> None:
        request = self.scoring_request()
        if self.generator.chance(0.25):
            request["score_threshold"] = self.queries.rng.choice(THRESHOLDS)
        self.compare_ranking(request)

    def op_batch_of_kinds(self) -> None:
        makers = [self.scoring_request, self.rescore_request, self.fusion_request]
        requests = [self.queries.rng.choice(makers)() for _ in range(self.queries.rng.randint(2, 3))]
        found = [self.unlimited(request) for request in requests]
        searches = [
            models.QueryRequest(filter=request.pop("query_filter"), with_vector=True, with_payload=True, **request)
            for request in requests
        ]
        expected, got = self.both("query_batch_points", self.name, searches)
        if self.is_answer(got):
            check(len(expected) == len(got), "number of answers", len(expected), len(got))
            for one, other, everything in zip(expected, got, found):
                compare_hits(one.points, other.points, everything)

    def op_lookup(self) -> None:
        name = self.generator.vector_name()
        query = self.queries.rng.choice([self.queries.nearest, self.queries.recommend, self.queries.context])(name)
        self.compare_ranking(
            {
                "query": query,
                "using": name or None,
                "lookup_from": models.LookupLocation(collection=self.lookup_name, vector=name or None),
                **self.page(),
            }
        )

    def op_mmr(self) -> None:
        name = self.generator.vector_name()
        nearest = self.queries.example(name)
        request = {"using": name or None, "query_filter": self.generator.filter_or_none()}
        plain = self.unlimited({"query": models.NearestQuery(nearest=nearest), **request})
        if not self.is_refused(plain) and not is_strict(plain):
            return
        # Halves and quarters are exact in float32, so that ties are ties on both sides.
        mmr = models.Mmr(
            diversity=self.queries.rng.choice([None, 0.0, 0.25, 0.5, 0.75, 1.0]),
            candidates_limit=self.queries.rng.choice([None, 0, 2, 10, 100]),
        )
        query = models.NearestQuery(nearest=nearest, mmr=mmr)
        expected, got = self.both("query_points", self.name, query=query, **request, **self.page())
        if self.is_answer(got):
            self.compare_selection(expected.points, got.points, plain)

    def compare_selection(self, expected: list[Any], got: list[Any], plain: list[Any]) -> None:
        ids = [[hit.id for hit in points] for points in (expected, got)]
        if ids[0] == ids[1]:
            return
        # Where merits differ by rounding only, another selection is as good: the sizes and the candidates must agree.
        check(len(ids[0]) == len(ids[1]), "size of the selection", *ids)
        known = {hit.id: hit.score for hit in plain}
        check(all(is_close(known[hit.id], hit.score) for hit in got), "scores of the selection", plain, got)
        self.near_ties += 1
        check(self.near_ties < 20, "selections that differ", *ids)

    def op_rescore(self) -> None:
        self.compare_ranking(self.rescore_request())

    def op_fusion(self) -> None:
        self.compare_ranking(self.fusion_request())

    def op_formula(self) -> None:
        prefetch = [self.queries.prefetch(MORE_THAN_ALL) for _ in range(self.queries.rng.randint(1, 2))]
        query, has_value = self.queries.formula(len(prefetch))
        request = {"prefetch": prefetch, "query": query, "query_filter": has_value, **self.page()}
        everything = self.unlimited(request)
        if not self.is_refused(everything) and any(abs(hit.score) > 1e6 for hit in everything):
            return  # differences of large scores are made of rounding errors
        self.compare_ranking(request)

    def op_sample(self) -> None:
        request = {
            "query": models.SampleQuery(sample=models.Sample.RANDOM),
            "query_filter": self.generator.filter_or_none(),
        }
        everything = {hit.id: hit for hit in self.unlimited(request)}
        limit = self.queries.rng.choice([1, 5, MORE_THAN_ALL])
        expected, got = self.both("query_points", self.name, limit=limit, with_vectors=True, **request)
        check(len(expected.points) == len(got.points), "number of samples", expected.points, got.points)
        check(len({hit.id for hit in got.points}) == len(got.points), "distinct samples", None, got.points)
        for hit in got.points:
            check(hit.id in everything and hit.score == 1.0, "a sample", sorted(map(str, everything)), hit)
            compare_record(everything[hit.id], hit)

    def op_groups(self) -> None:
        makers = [self.scoring_request, self.scoring_request, lambda: self.rescore_request(MORE_THAN_ALL)]
        request: dict[str, Any] = {"query_filter": self.generator.filter_or_none()}
        if self.generator.chance(0.6):
            request = self.queries.rng.choice(makers)()
            everything = self.unlimited(request)
            if not self.is_refused(everything) and not is_strict(everything):
                return
        request = {name: value for name, value in request.items() if name not in ("limit", "offset")}
        lookup = models.WithLookup(
            collection=self.lookup_name,
            with_payload=self.generator.payload_selector(),
            with_vectors=self.generator.chance(0.5),
        )
        expected, got = self.both(
            "query_points_groups",
            self.name,
            group_by=self.queries.rng.choice([self.generator.path(), "word", "whole", "rows[].whole"]),
            limit=self.queries.rng.choice([1, 2, 10]),
            group_size=self.queries.rng.choice([1, 2, 3, 50]),
            with_lookup=self.queries.rng.choice([None, self.lookup_name, lookup]),
            with_payload=self.generator.payload_selector(),
            with_vectors=True,
            **request,
        )
        if self.is_answer(got):
            self.compare_groups(expected.groups, got.groups)

    def compare_groups(self, expected: list[models.PointGroup], got: list[models.PointGroup]) -> None:
        shown = [[(group.id, [hit.id for hit in group.hits]) for group in groups] for groups in (expected, got)]
        check(shown[0] == shown[1], "groups", *shown)
        for one, other in zip(expected, got):
            check(type(one.id) is type(other.id), "kind of the group", one.id, other.id)
            for hit, found in zip(one.hits, other.hits):
                check(is_close(hit.score, found.score), "score in a group", hit, found)
                compare_record(hit, found)
            check((one.lookup is None) == (other.lookup is None), "lookup", one.lookup, other.lookup)
            if one.lookup is not None:
                compare_record(one.lookup, other.lookup)

    def op_matrix(self) -> None:
        name = self.generator.vector_name()
        request = {"query_filter": self.generator.filter_or_none(), "using": name or None, "sample": MORE_THAN_ALL}
        limit = self.queries.rng.choice([1, 3, MORE_THAN_ALL])
        everything = self.local.search_matrix_pairs(self.name, limit=MORE_THAN_ALL, **request)
        known = {(pair.a, pair.b): pair.score for pair in everything.pairs}
        expected, got = self.both("search_matrix_pairs", self.name, limit=limit, **request)
        sides = [[(pair.a, pair.score) for pair in answer.pairs] for answer in (expected, got)]
        is_same = len(sides[0]) == len(sides[1]) and all(
            one[0] == other[0] and is_close(one[1], other[1]) for one, other in zip(*sides)
        )
        check(is_same, "pairs", *sides)
        for pair in got.pairs:
            score = known.get((pair.a, pair.b))
            check(score is not None and is_close(score, pair.score), "a pair", score, pair)
        expected, got = self.both("search_matrix_offsets", self.name, limit=limit, **request)
        check(expected.ids == got.ids, "ids of the matrix", expected.ids, got.ids)
        check(expected.offsets_row == got.offsets_row, "rows", expected.offsets_row, got.offsets_row)
        self.compare_sample(known, {**request, "sample": self.queries.rng.randint(2, 5)})

    def compare_sample(self, known: dict[Any, float], request: dict[str, Any]) -> None:
        """Of a part of the points, which is another one each time: as many as asked for, and their own scores."""
        self.last = ("search_matrix_pairs", request)
        pairs = self.remote.search_matrix_pairs(self.name, limit=MORE_THAN_ALL, **request).pairs
        size = min(request["sample"], len({id for pair in known for id in pair}))
        if not self.generator.is_sparse(request["using"] or ""):  # some of these have nothing in common
            check(len(pairs) == size * (size - 1), "pairs of a sample", size, pairs)
        check(len({pair.a for pair in pairs}) <= size, "points of a sample", size, pairs)
        for pair in pairs:
            score = known.get((pair.a, pair.b))
            check(score is not None and is_close(score, pair.score), "a pair of a sample", score, pair)
