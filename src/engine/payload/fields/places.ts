/** Indexes of places: longitude and latitude. */
import type { GeoBoundingBox, GeoPolygon, GeoRadius } from '../../../../schemas/filter.ts';
import type { PayloadValue } from '../../../shared/json/lossless.ts';
import { EARTH_RADIUS, type PlaceTest, placeOf, polygonTest, radiusTest } from '../filter/conditions/geo.ts';
import { type Bits, forEachBit, noBits, setBit, type Truth, union } from '../filter/truth.ts';
import { nextDown, nextUp } from './bounds.ts';
import {
  allPresent,
  atMostForeign,
  type FieldType,
  type FieldView,
  type GeoCondition,
  orForeign,
} from './field-type.ts';

const LON_MAX = 180;
const LAT_MAX = 90;
const DEGREES = 180 / Math.PI;
/** Covers the rounding of the formulas, in degrees: a millimetre and less. */
const SLACK = 1e-8;

export const GEO: FieldType = {
  cell: 'place',
  cellOf: earthlyPlace,
  match: (view, match) => ('except' in match ? allPresent(view) : atMostForeign(view)),
  range: atMostForeign,
  geo: answerGeo,
};

/** What is no place of the earth can be within a radius too, but not within a box around it. */
function earthlyPlace(value: PayloadValue): readonly [number, number] | undefined {
  const place = placeOf(value);
  if (place === undefined) return undefined;
  return Math.abs(place[0]) <= LON_MAX && Math.abs(place[1]) <= LAT_MAX ? place : undefined;
}

interface Box {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** Boxes, edges included, that hold all places of an area; without a test, no others. */
interface Area {
  readonly boxes: readonly Box[];
  readonly test?: PlaceTest;
}

function answerGeo(view: FieldView, condition: GeoCondition): Truth {
  const { geo_radius: radius, geo_bounding_box: box, geo_polygon: polygon } = condition;
  const areas: Area[] = [];
  if (radius) areas.push(radiusArea(radius));
  if (box) areas.push(boxArea(box));
  if (polygon) areas.push(polygonArea(polygon));
  return orForeign(view, areas.map((area) => rowsWithin(view, area)).reduce(union));
}

function rowsWithin({ column, rows }: FieldView, { boxes, test }: Area): Bits {
  const candidates = column.hits(rows, ({ kernels }, cells, count, out) => {
    for (const { west, south, east, north } of boxes) {
      kernels.columnBox(cells, count, west, south, east, north, out);
    }
  });
  if (test === undefined) return candidates;
  const { floats } = column;
  const within = noBits(rows);
  forEachBit(candidates, 0, (row) =>
    column.eachCell(row, (address) => {
      if (test(floats[address >> 3]!, floats[(address >> 3) + 1]!)) setBit(within, row);
    }),
  );
  return within;
}

function boxArea({ top_left: topLeft, bottom_right: bottomRight }: GeoBoundingBox): Area {
  const south = nextUp(bottomRight.lat);
  const north = nextDown(topLeft.lat);
  const west = nextUp(topLeft.lon);
  const east = nextDown(bottomRight.lon);
  if (topLeft.lon <= bottomRight.lon) return { boxes: [{ west, south, east, north }] };
  return {
    boxes: [
      { west, south, east: LON_MAX, north },
      { west: -LON_MAX, south, east, north },
    ],
  };
}

function radiusArea({ center, radius }: GeoRadius): Area {
  const test = radiusTest({ center, radius });
  const angle = radius / EARTH_RADIUS;
  const reach = angle * DEGREES + SLACK;
  const south = center.lat - reach;
  const north = center.lat + reach;
  if (!(radius > 0)) return { boxes: [], test };
  if (south <= -LAT_MAX || north >= LAT_MAX) {
    return { boxes: [{ west: -LON_MAX, south, east: LON_MAX, north }], test };
  }
  const width = Math.asin(Math.sin(angle) / Math.cos(center.lat / DEGREES)) * DEGREES + SLACK;
  const west = center.lon - width;
  const east = center.lon + width;
  const boxes: Box[] = [{ west, south, east, north }];
  if (west < -LON_MAX) boxes.push({ west: west + 2 * LON_MAX, south, east: LON_MAX, north });
  if (east > LON_MAX) boxes.push({ west: -LON_MAX, south, east: east - 2 * LON_MAX, north });
  return { boxes, test };
}

function polygonArea(polygon: GeoPolygon): Area {
  const { points } = polygon.exterior;
  const lons = points.map(({ lon }) => lon);
  const lats = points.map(({ lat }) => lat);
  const box = {
    west: Math.min(...lons),
    south: Math.min(...lats),
    east: Math.max(...lons),
    north: Math.max(...lats),
  };
  return { boxes: [box], test: polygonTest(polygon) };
}
