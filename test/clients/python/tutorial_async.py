"""The tutorial with AsyncQdrantClient against a running server: `python tutorial_async.py URL`."""

import asyncio
import sys
import warnings

from qdrant_client import AsyncQdrantClient, models

POINT_ID = "5c56c793-69f3-4fbf-87e6-c4bf54c28c26"


async def main(url: str) -> None:
    client = AsyncQdrantClient(url=url)
    assert await client.create_collection(
        collection_name="tutorial_async",
        vectors_config=models.VectorParams(size=4, distance=models.Distance.COSINE),
    )
    written = await client.upsert(
        collection_name="tutorial_async",
        points=[models.PointStruct(id=POINT_ID, payload={"color": "red"}, vector=[0.9, 0.1, 0.1, 0.2])],
    )
    assert written.status == models.UpdateStatus.COMPLETED, written
    found = await client.query_points(
        collection_name="tutorial_async", query=[0.9, 0.1, 0.1, 0.2], limit=2
    )
    print(found)
    [point] = found.points
    assert point.id == POINT_ID, point
    assert abs(point.score - 1.0) < 1e-6, point
    assert point.payload == {"color": "red"}, point
    assert point.vector is None, point
    await client.close()


if __name__ == "__main__":
    # The client warns where it does not trust the server, for instance about its version.
    warnings.simplefilter("error", UserWarning)
    asyncio.run(main(sys.argv[1]))
