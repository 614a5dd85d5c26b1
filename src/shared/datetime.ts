/** Moments in payloads, filters and order: RFC 3339 and the shorter forms that Qdrant reads. */

/** Microseconds since 1970 in UTC: a number where that is exact (years 1684 to 2255), else a bigint. Comparable. */
export type Microseconds = number | bigint;

const DATETIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d(?::?\d\d)?)?)?)?$/;

const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1970-01-01 in the Gregorian calendar. Algorithm: Howard Hinnant, "days_from_civil". */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > DAYS_OF_MONTH[month - 1]!) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month !== 2 || day < 29 || isLeap;
}

/** Seconds east of UTC of `Z`, `±hh`, `±hhmm` or `±hh:mm`; undefined if there are no such hours or minutes. */
function offsetSeconds(text: string | undefined): number | undefined {
  if (text === undefined || text === 'Z' || text === 'z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = text.length > 3 ? Number(text.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  const seconds = hours * 3600 + minutes * 60;
  return text.startsWith('-') ? -seconds : seconds;
}

/**
 * Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` and `YYYY-MM-DDTHH:MM:SS`, the last one with an optional fraction and offset;
 * a space may stand for the `T`, and no offset means UTC. Digits below microseconds are cut off. Undefined for all else.
 */
export function parseDatetime(text: string): Microseconds | undefined {
  // Most strings of a payload are no datetimes: this tells most of them without the expression.
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return undefined;
  const parts = DATETIME.exec(text);
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (!isDate(year!, month!, day!) || hour! > 23 || minute! > 59 || second! > 60) return undefined;
  const offset = offsetSeconds(parts[8]);
  if (offset === undefined) return undefined;
  const micros = parts[7] === undefined ? 0 : Number(parts[7].slice(0, 6).padEnd(6, '0'));
  const seconds = daysFromCivil(year!, month!, day!) * 86400 + hour! * 3600 + minute! * 60 + second! - offset;
  const exact = seconds * 1e6 + micros;
  return Number.isSafeInteger(exact) ? exact : BigInt(seconds) * 1_000_000n + BigInt(micros);
}
