/** `geo_radius`, `geo_bounding_box` and `geo_polygon`: tests of `{lon, lat}` objects, in degrees. */
import type {
  GeoBoundingBox,
  GeoLineString,
  GeoPoint,
  GeoPolygon,
  GeoRadius,
} from '../../../../../schemas/filter.ts';
import type { PayloadValue } from '../../../../shared/json/lossless.ts';
import { asDouble, isPayloadObject } from '../../values.ts';
import { anyElement, type ValueTest } from '../predicate.ts';

/** Mean radius of the earth in metres (IUGG), as the `geo` crate has it. */
export const EARTH_RADIUS = 6_371_008.8;
const RADIANS = Math.PI / 180;

export type PlaceTest = (lon: number, lat: number) => boolean;

/** Longitude and latitude of an object that has both, whatever they are. */
export function placeOf(value: PayloadValue): readonly [lon: number, lat: number] | undefined {
  if (!isPayloadObject(value)) return undefined;
  const lon = asDouble(value.lon);
  const lat = asDouble(value.lat);
  return lon === undefined || lat === undefined ? undefined : [lon, lat];
}

function isPlace(test: PlaceTest): ValueTest {
  return anyElement((value) => {
    const place = placeOf(value);
    return place !== undefined && test(place[0], place[1]);
  });
}

/** Metres between two places by the haversine formula. */
export function haversine(a: GeoPoint, lon: number, lat: number): number {
  const sinLat = Math.sin(((lat - a.lat) * RADIANS) / 2);
  const sinLon = Math.sin(((lon - a.lon) * RADIANS) / 2);
  const chord = sinLat * sinLat + Math.cos(a.lat * RADIANS) * Math.cos(lat * RADIANS) * sinLon * sinLon;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(Math.min(1, chord)));
}

/** Nearer to the centre than `radius` metres. */
export function radiusTest({ center, radius }: GeoRadius): PlaceTest {
  return (lon, lat) => haversine(center, lon, lat) < radius;
}

export function compileGeoRadius(radius: GeoRadius): ValueTest {
  return isPlace(radiusTest(radius));
}

/** Strictly inside of the box; one whose left edge is east of its right edge crosses the antimeridian. */
export function compileGeoBoundingBox(box: GeoBoundingBox): ValueTest {
  const { lon: left, lat: top } = box.top_left;
  const { lon: right, lat: bottom } = box.bottom_right;
  const crosses = left > right;
  return isPlace((lon, lat) => {
    if (!(bottom < lat && lat < top)) return false;
    return crosses ? lon > left || lon < right : left < lon && lon < right;
  });
}

const OUTSIDE = -1;
const ON_BOUNDARY = 0;
const INSIDE = 1;

/**
 * Where a place lies to a closed ring, on the plane of longitude and latitude: by the number of edges that a ray to the
 * east crosses. O(points).
 */
function positionIn(ring: readonly GeoPoint[], lon: number, lat: number): number {
  let isInside = false;
  for (let index = 1; index < ring.length; index += 1) {
    const a = ring[index - 1]!;
    const b = ring[index]!;
    const side = (b.lon - a.lon) * (lat - a.lat) - (lon - a.lon) * (b.lat - a.lat);
    const isBetween =
      Math.min(a.lon, b.lon) <= lon &&
      lon <= Math.max(a.lon, b.lon) &&
      Math.min(a.lat, b.lat) <= lat &&
      lat <= Math.max(a.lat, b.lat);
    if (side === 0 && isBetween) return ON_BOUNDARY;
    // An edge owns its lower end, so that a ray through a corner crosses one of its two edges or both or none.
    if (a.lat <= lat !== b.lat <= lat && side > 0 === b.lat > a.lat) isInside = !isInside;
  }
  return isInside ? INSIDE : OUTSIDE;
}

/** Inside of the exterior ring and of no hole; what lies on an edge of either is outside. */
export function polygonTest({ exterior, interiors }: GeoPolygon): PlaceTest {
  const holes: readonly GeoLineString[] = interiors ?? [];
  return (lon, lat) =>
    positionIn(exterior.points, lon, lat) === INSIDE &&
    holes.every((hole) => positionIn(hole.points, lon, lat) === OUTSIDE);
}

export function compileGeoPolygon(polygon: GeoPolygon): ValueTest {
  return isPlace(polygonTest(polygon));
}
