"""LangChain, LlamaIndex and Haystack, unchanged, against a running server: `python frameworks.py URL`.

The embeddings are bags of hashed words: the same on every machine, and no model has to be downloaded. A query shares the
words that tell the documents apart with one document only, so which one comes first does not hang on small numbers.
"""

import os
import re
import sys
import uuid
import warnings
import zlib
from collections import Counter

# Before the import: Haystack would send reports of its use.
os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"

from haystack import Document as HaystackDocument
from haystack import Pipeline
from haystack.dataclasses import SparseEmbedding
from haystack.document_stores.errors import DuplicateDocumentError
from haystack.document_stores.types import DuplicatePolicy
from haystack_integrations.components.retrievers.qdrant import (
    QdrantEmbeddingRetriever,
    QdrantHybridRetriever,
    QdrantSparseEmbeddingRetriever,
)
from haystack_integrations.document_stores.qdrant import QdrantDocumentStore
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_qdrant import QdrantVectorStore as LangChainStore
from langchain_qdrant import RetrievalMode, SparseEmbeddings, SparseVector
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import FilterCondition, FilterOperator, MetadataFilter, MetadataFilters
from llama_index.vector_stores.qdrant import QdrantVectorStore as LlamaIndexStore
from qdrant_client import QdrantClient, models

SIZE = 1024
STOP_WORDS = frozenset("a an and are as at by for from in into is it its of on or that the their to was were with".split())

TEXTS = {
    "mercury": "Mercury is the smallest planet of the Solar System and the closest to the Sun. It has no moons.",
    "jupiter": "Jupiter is the largest planet. Its Great Red Spot is a storm that has raged for centuries.",
    "saturn": "Saturn is a gas giant, known for the bright rings of ice and rock that surround it.",
    "berlin": "Berlin is the capital of Germany and lies on the river Spree. The Wall divided it until 1989.",
    "tokyo": "Tokyo is the capital of Japan. Its metropolitan area is the most populous in the world.",
    "lima": "Lima is the capital of Peru, founded by Francisco Pizarro near the coast of the Pacific Ocean.",
    "octopus": "An octopus has eight arms, three hearts and blue blood, and hides by changing its colour.",
    "penguin": "Penguins are birds that cannot fly; the emperor penguin breeds in the Antarctic winter.",
    "bat": "Bats are the only mammals capable of sustained flight and find insects by echolocation.",
}
METADATA = {
    "mercury": {"topic": "astronomy", "rank": 1, "moons": 0, "tags": ["rocky", "inner"]},
    "jupiter": {"topic": "astronomy", "rank": 5, "moons": 95, "tags": ["gas", "outer"]},
    "saturn": {"topic": "astronomy", "rank": 6, "moons": 146, "tags": ["gas", "outer"]},
    "berlin": {"topic": "geography", "rank": 2, "tags": ["europe"]},
    "tokyo": {"topic": "geography", "rank": 1, "tags": ["asia"]},
    "lima": {"topic": "geography", "rank": 3, "tags": ["america"]},
    "octopus": {"topic": "zoology", "rank": 8, "tags": ["sea"]},
    "penguin": {"topic": "zoology", "rank": 2, "tags": ["sea", "ice"]},
    "bat": {"topic": "zoology", "rank": 4, "tags": ["air"]},
}
QUESTIONS = {
    "jupiter": "On which planet has a great storm raged, the red spot?",
    "saturn": "giant with bright rings of ice and rock",
    "berlin": "Which capital did the wall divide, on the river Spree?",
    "octopus": "What has three hearts and eight arms?",
    "bat": "mammals that find insects by echolocation",
}
CAPITAL = "capital of a country"
CAPITALS = {"berlin", "tokyo", "lima"}
IDS = {name: str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in TEXTS}


def count_words(text: str) -> Counter[int]:
    """The words of the text by their hash: CRC-32, because Python's own hash of a string changes with every process."""
    words = (word for word in re.findall(r"\w+", text.lower()) if word not in STOP_WORDS)
    return Counter(zlib.crc32(word.encode()) for word in words)


def embed(text: str) -> list[float]:
    vector = [0.0] * SIZE
    for word, count in count_words(text).items():
        vector[word % SIZE] += count
    return vector


def embed_sparse(text: str) -> tuple[list[int], list[float]]:
    counts = sorted(count_words(text).items())
    return [word for word, _ in counts], [float(count) for _, count in counts]


def assert_same(found: object, expected: object) -> None:
    assert found == expected, f"found {found!r} instead of {expected!r}"


class WordEmbeddings(Embeddings):
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [embed(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return embed(text)


class SparseWordEmbeddings(SparseEmbeddings):
    def embed_documents(self, texts: list[str]) -> list[SparseVector]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> SparseVector:
        indices, values = embed_sparse(text)
        return SparseVector(indices=indices, values=values)


def check_langchain(url: str, mode: RetrievalMode) -> None:
    name = f"langchain_{mode.value}"
    options = {"embedding": WordEmbeddings(), "sparse_embedding": SparseWordEmbeddings(), "retrieval_mode": mode}
    documents = [
        LangChainDocument(page_content=text, metadata={"name": key, **METADATA[key]}) for key, text in TEXTS.items()
    ]
    store = LangChainStore.from_documents(
        documents, ids=list(IDS.values()), url=url, collection_name=name, batch_size=4, **options
    )
    # Checks that the collection has the vectors, sizes and distances that the store would have made.
    store = LangChainStore.from_existing_collection(url=url, collection_name=name, **options)
    for key, question in QUESTIONS.items():
        found = store.similarity_search(question, k=3)
        assert_same(found[0].metadata, {"name": key, **METADATA[key], "_id": IDS[key], "_collection_name": name})
        assert_same(found[0].page_content, TEXTS[key])
    assert_same({document.metadata["name"] for document in store.similarity_search(CAPITAL, k=3)}, CAPITALS)
    scores = [score for _, score in store.similarity_search_with_score(CAPITAL, k=3)]
    assert_same(scores, sorted(scores, reverse=True))

    few_moons = models.Filter(
        must=[
            models.FieldCondition(key="metadata.topic", match=models.MatchValue(value="astronomy")),
            models.FieldCondition(key="metadata.moons", range=models.Range(gte=1)),
        ],
        must_not=[models.FieldCondition(key="metadata.rank", match=models.MatchAny(any=[6, 7]))],
    )
    retriever = store.as_retriever(search_kwargs={"k": 5, "filter": few_moons})
    assert_same([document.metadata["name"] for document in retriever.invoke("the largest planet")], ["jupiter"])
    if mode != RetrievalMode.SPARSE:
        diverse = store.max_marginal_relevance_search(QUESTIONS["octopus"], k=3, fetch_k=9, lambda_mult=0.5)
        assert_same(len({document.metadata["name"] for document in diverse}), 3)
        assert_same(diverse[0].metadata["name"], "octopus")

    assert_same([document.page_content for document in store.get_by_ids([IDS["lima"]])], [TEXTS["lima"]])
    # The same id again replaces the document.
    changed = LangChainDocument(page_content="Quito, Ecuador: another capital", metadata={"name": "quito"})
    store.add_documents([changed], ids=[IDS["lima"]])
    assert_same(store.similarity_search("Quito Ecuador", k=1)[0].metadata["name"], "quito")
    assert store.delete(ids=[IDS["berlin"], IDS["lima"]])
    assert_same(store.get_by_ids([IDS["berlin"]]), [])
    left = {document.metadata["name"] for document in store.similarity_search(CAPITAL, k=len(TEXTS))}
    assert "tokyo" in left and left.isdisjoint({"berlin", "lima", "quito"}), left


class LlamaIndexEmbedding(BaseEmbedding):
    def _get_query_embedding(self, query: str) -> list[float]:
        return embed(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return embed(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return embed(text)


def embed_sparse_batch(texts: list[str]) -> tuple[list[list[int]], list[list[float]]]:
    pairs = [embed_sparse(text) for text in texts]
    return [indices for indices, _ in pairs], [values for _, values in pairs]


def llama_index_node(key: str) -> TextNode:
    # Else the metadata would be embedded with the text.
    hidden = list(METADATA[key])
    node = TextNode(id_=IDS[key], text=TEXTS[key], metadata=METADATA[key], excluded_embed_metadata_keys=hidden)
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=key)
    return node


def check_llama_index_filters(store: LlamaIndexStore) -> None:
    def names(*filters: MetadataFilter, condition: FilterCondition = FilterCondition.AND) -> set[str]:
        nodes = store.get_nodes(filters=MetadataFilters(filters=list(filters), condition=condition))
        return {node.ref_doc_id for node in nodes}

    topic = MetadataFilter(key="topic", value="astronomy")
    assert_same(names(topic), {"mercury", "jupiter", "saturn"})
    assert_same(names(topic, MetadataFilter(key="rank", value=5, operator=FilterOperator.GT)), {"saturn"})
    assert_same(names(topic, MetadataFilter(key="rank", value=1, operator=FilterOperator.NE)), {"jupiter", "saturn"})
    either = [MetadataFilter(key="tags", value="ice"), MetadataFilter(key="moons", value=0)]
    assert_same(names(*either, condition=FilterCondition.OR), {"penguin", "mercury"})
    no_moons = MetadataFilter(key="moons", value=None, operator=FilterOperator.IS_EMPTY)
    assert_same(names(no_moons, topic, condition=FilterCondition.NOT), set())
    within = MetadataFilter(key="tags", value=["asia", "europe"], operator=FilterOperator.IN)
    assert_same(names(within), {"tokyo", "berlin"})
    # Where LlamaIndex keeps the text.
    pizarro = MetadataFilter(key="_node_content", value="Pizarro", operator=FilterOperator.TEXT_MATCH)
    assert_same(names(pizarro), {"lima"})


def check_llama_index(url: str, is_hybrid: bool) -> None:
    client = QdrantClient(url=url)
    store = LlamaIndexStore(
        collection_name=f"llama_index_{'hybrid' if is_hybrid else 'dense'}",
        client=client,
        enable_hybrid=is_hybrid,
        sparse_doc_fn=embed_sparse_batch,
        sparse_query_fn=embed_sparse_batch,
        payload_indexes=[{"field_name": "topic", "field_schema": models.PayloadSchemaType.KEYWORD}],
        batch_size=4,
    )
    context = StorageContext.from_defaults(vector_store=store)
    embedding = LlamaIndexEmbedding()
    VectorStoreIndex([llama_index_node(key) for key in TEXTS], storage_context=context, embed_model=embedding)
    # What another process does that finds the collection filled.
    index = VectorStoreIndex.from_vector_store(store, embed_model=embedding)
    for mode in ["default", "hybrid", "sparse"] if is_hybrid else ["default"]:
        retriever = index.as_retriever(similarity_top_k=3, vector_store_query_mode=mode)
        for key, question in QUESTIONS.items():
            first = retriever.retrieve(question)[0]
            assert_same((first.node.node_id, first.node.ref_doc_id), (IDS[key], key))
            assert_same((first.node.get_content(), first.node.metadata), (TEXTS[key], METADATA[key]))
        assert_same({found.node.ref_doc_id for found in retriever.retrieve(CAPITAL)}, CAPITALS)
        zoology = MetadataFilters(filters=[MetadataFilter(key="topic", value="zoology")])
        filtered = index.as_retriever(similarity_top_k=9, vector_store_query_mode=mode, filters=zoology)
        assert_same(filtered.retrieve("the emperor penguin in winter")[0].node.ref_doc_id, "penguin")
        assert {found.node.metadata["topic"] for found in filtered.retrieve(QUESTIONS["octopus"])} == {"zoology"}
    check_llama_index_filters(store)

    index.delete_ref_doc("berlin")
    assert_same(store.get_nodes(node_ids=[IDS["berlin"]]), [])
    store.delete_nodes(node_ids=[IDS["lima"]])
    assert_same({node.ref_doc_id for node in store.get_nodes()}, set(TEXTS) - {"berlin", "lima"})
    assert index.as_retriever(similarity_top_k=1).retrieve(CAPITAL)[0].node.ref_doc_id == "tokyo"
    store.clear()
    assert not client.collection_exists(store.collection_name)
    client.close()


def sparse_embedding(text: str) -> SparseEmbedding:
    indices, values = embed_sparse(text)
    return SparseEmbedding(indices=indices, values=values)


def haystack_documents() -> list[HaystackDocument]:
    return [
        HaystackDocument(
            id=key,
            content=text,
            meta=METADATA[key],
            embedding=embed(text),
            sparse_embedding=sparse_embedding(text),
        )
        for key, text in TEXTS.items()
    ]


def check_haystack_retrievers(store: QdrantDocumentStore) -> None:
    pipeline = Pipeline()
    pipeline.add_component("dense", QdrantEmbeddingRetriever(store, top_k=3))
    pipeline.add_component("sparse", QdrantSparseEmbeddingRetriever(store, top_k=3))
    pipeline.add_component("hybrid", QdrantHybridRetriever(store, top_k=3))

    def retrieve(question: str, **more: object) -> dict[str, list[HaystackDocument]]:
        dense = {"query_embedding": embed(question), **more}
        sparse = {"query_sparse_embedding": sparse_embedding(question), **more}
        answers = pipeline.run({"dense": dense, "sparse": sparse, "hybrid": {**dense, **sparse}})
        return {kind: answer["documents"] for kind, answer in answers.items()}

    for key, question in QUESTIONS.items():
        for documents in retrieve(question).values():
            first = documents[0]
            assert_same((first.id, first.content, first.meta), (key, TEXTS[key], METADATA[key]))
    for documents in retrieve(CAPITAL).values():
        assert_same({document.id for document in documents}, CAPITALS)
    outer = {
        "operator": "AND",
        "conditions": [
            {"field": "meta.tags", "operator": "in", "value": ["outer"]},
            {"field": "meta.moons", "operator": ">", "value": 100},
        ],
    }
    for documents in retrieve("the largest planet or the gas giant", filters=outer).values():
        assert_same([document.id for document in documents], ["saturn"])
    for documents in retrieve("capital planet penguins", group_by="meta.topic", group_size=1).values():
        assert_same(sorted(document.meta["topic"] for document in documents), ["astronomy", "geography", "zoology"])
    weighted = QdrantHybridRetriever(store, top_k=1, rrf_k=10, rrf_weights=[1.0, 3.0])
    question = QUESTIONS["bat"]
    answer = weighted.run(query_embedding=embed(question), query_sparse_embedding=sparse_embedding(question))
    assert_same([document.id for document in answer["documents"]], ["bat"])


def check_haystack(url: str) -> None:
    store = QdrantDocumentStore(
        url=url,
        index="haystack",
        embedding_dim=SIZE,
        use_sparse_embeddings=True,
        sparse_idf=True,
        return_embedding=True,
        progress_bar=False,
        write_batch_size=4,
        scroll_size=4,
        payload_fields_to_index=[
            {"field_name": "meta.topic", "field_schema": "keyword"},
            {"field_name": "meta.rank", "field_schema": "integer"},
        ],
    )
    assert_same(store.count_documents(), 0)
    assert_same(store.write_documents(haystack_documents()), len(TEXTS))
    try:
        store.write_documents(haystack_documents()[:1], policy=DuplicatePolicy.FAIL)
    except DuplicateDocumentError:
        assert_same(store.count_documents(), len(TEXTS))
    else:
        raise AssertionError("a document is written twice in spite of the policy")
    check_haystack_retrievers(store)

    astronomy = {"field": "meta.topic", "operator": "==", "value": "astronomy"}
    not_first = {"field": "meta.rank", "operator": "!=", "value": 1}
    both = {"operator": "AND", "conditions": [astronomy, not_first]}
    # More documents than the store asks for at a time, so it goes on from the offset that the server gave it.
    assert_same({document.id for document in store.filter_documents()}, set(TEXTS))
    assert_same({document.id for document in store.filter_documents(both)}, {"jupiter", "saturn"})
    assert_same(store.count_documents_by_filter(astronomy), 3)
    assert_same(store.count_unique_metadata_by_filter({}, ["topic", "rank"]), {"topic": 3, "rank": 7})
    assert_same(store.get_metadata_field_min_max("rank"), {"min": 1, "max": 8})
    assert_same(set(store.get_metadata_fields_info()), {"topic", "rank"})

    assert_same(store.update_by_filter(astronomy, {"seen": True}), 3)
    seen = store.filter_documents({"field": "meta.seen", "operator": "==", "value": True})
    assert_same({document.id for document in seen}, {"mercury", "jupiter", "saturn"})
    # The update reads vectors and writes them back.
    saturn = next(document for document in seen if document.id == "saturn")
    assert_same(saturn.sparse_embedding, sparse_embedding(TEXTS["saturn"]))
    store.delete_documents(["berlin"])
    assert_same(store.get_documents_by_id(["berlin"]), [])
    assert_same(store.delete_by_filter(astronomy), 3)
    assert_same({document.id for document in store.filter_documents()}, {"tokyo", "lima", "octopus", "penguin", "bat"})
    store.delete_all_documents()
    assert_same(store.count_documents(), 0)
    store.close()


def main(url: str) -> None:
    for mode in RetrievalMode:
        check_langchain(url, mode)
        print(f"LangChain stores and retrieves in the mode {mode.value}")
    for is_hybrid in [False, True]:
        check_llama_index(url, is_hybrid)
        print(f"LlamaIndex stores and retrieves {'dense and sparse vectors' if is_hybrid else 'dense vectors'}")
    check_haystack(url)
    print("Haystack stores and retrieves dense and sparse vectors")


if __name__ == "__main__":
    # The client warns where it does not trust the server, for instance about its version.
    warnings.simplefilter("error", UserWarning)
    main(sys.argv[1])
