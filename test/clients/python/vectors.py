"""Changes of vectors for differential.py: of points, and of the names that a collection has."""

from typing import Any

from qdrant_client import models

from comparison import check
from generators import Generator

LATE_NAMES = ["late", "later"]


class VectorOperations:
    """Operations of a round that change vectors; see `Round` for what they use."""

    generator: Generator

    def points_with_vectors(self) -> list[models.PointVectors]:
        return [
            models.PointVectors(id=self.generator.spelled_id(), vector=self.generator.some_vectors())
            for _ in range(self.generator.rng.randint(1, 5))
        ]

    def some_names(self) -> list[str]:
        names = self.generator.schema.names
        return self.generator.rng.sample(names, self.generator.rng.randint(1, len(names)))

    def op_update_vectors(self) -> None:
        filter = self.generator.filter(1) if self.generator.chance(0.3) else None
        self.write("update_vectors", points=self.points_with_vectors(), update_filter=filter)

    def op_delete_vectors(self) -> None:
        ids = self.generator.distinct_ids(self.generator.rng.randint(1, 4))
        if self.generator.chance(0.5):
            self.write("delete_vectors", vectors=self.some_names(), points=ids)
            return
        condition = models.HasIdCondition(has_id=ids)
        narrowed = models.Filter(must=[condition, self.generator.filter(1)])
        self.write("delete_vectors", vectors=self.some_names(), points=models.FilterSelector(filter=narrowed))

    def op_update_mode(self) -> None:
        points = [self.generator.point() for _ in range(self.generator.rng.randint(1, 6))]
        mode = self.generator.rng.choice([None, *models.UpdateMode])
        filter = self.generator.filter(1) if self.generator.chance(0.5) else None
        self.write("upsert", points, update_mode=mode, update_filter=filter)

    def op_has_vector(self) -> None:
        name = self.generator.rng.choice([*self.generator.schema.names, "unknown"])
        filter = models.Filter(must=[models.HasVectorCondition(has_vector=name)])
        expected, got = self.both("count", self.name, count_filter=filter, exact=True)
        check(expected.count == got.count, f"points with {name!r}", expected.count, got.count)

    def operation(self) -> Any:
        rng = self.generator.rng
        ids = self.generator.distinct_ids(rng.randint(1, 3))
        points = [self.generator.point() for _ in range(rng.randint(1, 3))]
        changed: dict[str, Any] = {"points": ids}
        if self.generator.chance(0.3):
            narrowed = [models.HasIdCondition(has_id=ids), self.generator.filter(1)]
            changed = {"filter": models.Filter(must=narrowed)}
        rules: dict[str, Any] = {}
        if self.generator.chance(0.3):
            rules = {"update_mode": rng.choice(list(models.UpdateMode)), "update_filter": self.generator.filter(1)}
        return rng.choice(
            [
                models.UpsertOperation(upsert=models.PointsList(points=points, **rules)),
                models.UpsertOperation(upsert=models.PointsBatch(batch=self.generator.batch(), **rules)),
                models.DeleteOperation(delete=models.PointIdsList(points=ids)),
                models.UpdateVectorsOperation(update_vectors=models.UpdateVectors(points=self.points_with_vectors())),
                models.DeleteVectorsOperation(
                    delete_vectors=models.DeleteVectors(points=ids, vector=self.some_names())
                ),
                models.SetPayloadOperation(
                    set_payload=models.SetPayload(payload=self.generator.whole_payload(), **changed)
                ),
                models.SetPayloadOperation(
                    set_payload=models.SetPayload(
                        payload=self.generator.object(2), key=self.generator.path(), **changed
                    )
                ),
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(payload=self.generator.whole_payload(), **changed)
                ),
                models.DeletePayloadOperation(
                    delete_payload=models.DeletePayload(keys=[self.generator.path()], **changed)
                ),
                models.ClearPayloadOperation(clear_payload=models.PointIdsList(points=ids)),
            ]
        )

    def op_batch_update(self) -> None:
        """One that fails in its turn leaves what came before; op_scroll and the like would see a difference."""
        operations = [self.operation() for _ in range(self.generator.rng.randint(1, 4))]
        expected, got = self.both("batch_update_points", self.name, operations)
        if self.is_answer(got):
            check(len(expected) == len(got), "number of results", expected, got)

    def op_vector_names(self) -> None:
        """Names that come and go beside those of the schema."""
        name = self.generator.rng.choice(LATE_NAMES)
        if self.generator.chance(0.4):
            self.write("delete_vector_name", name)
            self.late.pop(name, None)
            return
        configs: list[Any] = [
            models.SparseVectorNameConfig(sparse=models.SparseVectorConfig(modifier=models.Modifier.IDF)),
        ]
        if self.generator.schema.is_named:  # number 12 in local_mode.py
            configs += [
                models.DenseVectorNameConfig(dense=models.DenseVectorConfig(size=2, distance=models.Distance.DOT)),
                models.DenseVectorNameConfig(dense=models.DenseVectorConfig(size=3, distance=models.Distance.COSINE)),
            ]
        config = self.generator.rng.choice(configs)
        _, got = self.both("create_vector_name", self.name, name, config)
        if self.is_answer(got):
            self.late[name] = config

    def op_late_vectors(self) -> None:
        if not self.late:
            return
        name = self.generator.rng.choice(list(self.late))
        config = self.late[name]
        is_sparse = isinstance(config, models.SparseVectorNameConfig)
        vector: Any = self.generator.sparse_vector() if is_sparse else self.generator.vector(config.dense.size)
        points = [models.PointVectors(id=self.generator.spelled_id(), vector={name: vector})]
        self.write("update_vectors", points=points)

    def op_late_query(self) -> None:
        if not self.late:
            return
        name = self.generator.rng.choice(list(self.late))
        config = self.late[name]
        is_sparse = isinstance(config, models.SparseVectorNameConfig)
        vector: Any = self.generator.sparse_vector() if is_sparse else self.generator.vector(config.dense.size)
        self.compare_ranking({"query": models.NearestQuery(nearest=vector), "using": name, **self.page()})

    def op_idf_corpus(self) -> None:
        names = [name for name in self.generator.schema.names if self.generator.has_idf(name)]
        if not names:
            return
        idf = self.generator.rng.choice(
            [models.IdfScope.GLOBAL, models.IdfCorpusParams(corpus=self.generator.filter(1))]
        )
        name = self.generator.rng.choice(names)
        self.compare_ranking(
            {
                "query": self.queries.scoring(name),
                "using": name,
                "query_filter": self.generator.filter_or_none(),
                "search_params": models.SearchParams(idf=idf),
                **self.page(),
            }
        )
