"""The tutorial with QdrantClient against a running server: `python tutorial_sync.py URL`."""

import sys
import warnings

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

NAME = "tutorial_sync"
CITIES = {
    1: ("Berlin", [0.05, 0.61, 0.76, 0.74]),
    2: ("London", [0.19, 0.81, 0.75, 0.11]),
    3: ("Moscow", [0.36, 0.55, 0.47, 0.94]),
    4: ("New York", [0.18, 0.01, 0.85, 0.80]),
    5: ("Beijing", [0.24, 0.18, 0.22, 0.44]),
    6: ("Mumbai", [0.35, 0.08, 0.11, 0.44]),
}


def main(url: str) -> None:
    client = QdrantClient(url=url)
    assert not client.collection_exists(NAME)
    client.create_collection(NAME, vectors_config=models.VectorParams(size=4, distance=models.Distance.DOT))
    assert client.collection_exists(NAME)
    points = [
        models.PointStruct(id=id, vector=vector, payload={"city": city})
        for id, (city, vector) in CITIES.items()
    ]
    assert client.upsert(NAME, points, wait=True).status == models.UpdateStatus.COMPLETED
    assert client.count(NAME).count == len(CITIES)

    found = client.query_points(NAME, query=[0.2, 0.1, 0.9, 0.7], limit=3).points
    print(found)
    # The very numbers of Qdrant's own quick start: sums of products in float32, printed as float32.
    assert [(point.id, point.score) for point in found] == [(4, 1.362), (1, 1.273), (3, 1.208)], found

    in_london = models.Filter(must=[models.FieldCondition(key="city", match=models.MatchValue(value="London"))])
    filtered = client.query_points(NAME, query=[0.2, 0.1, 0.9, 0.7], query_filter=in_london, with_payload=True)
    print(filtered)
    assert [(point.id, point.payload) for point in filtered.points] == [(2, {"city": "London"})]

    try:
        client.query_points("nowhere", query=[0.0])
    except UnexpectedResponse as error:
        assert error.status_code == 404, error
    else:
        raise AssertionError("a query of a collection that does not exist succeeds")
    assert client.delete_collection(NAME)
    client.close()


if __name__ == "__main__":
    # The client warns where it does not trust the server, for instance about its version.
    warnings.simplefilter("error", UserWarning)
    main(sys.argv[1])
