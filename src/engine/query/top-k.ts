const CAPACITY_START = 64;

function widened(values: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(values.length * 2);
  wider.set(values);
  return wider;
}

/**
 * Keeps the `k` best of many entries, each a score and a number that names it. A binary heap over typed arrays that grow
 * as needed, the worst kept entry at its root. Of equal scores the one offered first is better; NaN is worse than anything.
 */
export class TopK {
  readonly #k: number;
  #scores = new Float64Array(CAPACITY_START);
  #names = new Float64Array(CAPACITY_START);
  #ages = new Float64Array(CAPACITY_START);
  #length = 0;
  #offered = 0;

  /** `k`: any integer from 0, or Infinity. */
  constructor(k: number) {
    this.#k = k;
  }

  /** O(log k), and O(1) for an entry that is not kept. */
  offer(score: number, name: number): void {
    const value = Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
    const age = this.#offered++;
    if (this.#length < this.#k) {
      if (this.#length === this.#scores.length) this.#grow();
      this.#set(this.#length, value, name, age);
      this.#rise(this.#length++);
    } else if (this.#length > 0 && value > this.#scores[0]!) {
      this.#set(0, value, name, age);
      this.#sink(0);
    }
  }

  /** What was kept, best first. */
  sorted(): { score: number; name: number }[] {
    const order = Array.from({ length: this.#length }, (_, i) => i);
    order.sort((a, b) => this.#scores[b]! - this.#scores[a]! || this.#ages[a]! - this.#ages[b]!);
    return order.map((i) => ({ score: this.#scores[i]!, name: this.#names[i]! }));
  }

  #set(place: number, score: number, name: number, age: number): void {
    this.#scores[place] = score;
    this.#names[place] = name;
    this.#ages[place] = age;
  }

  #grow(): void {
    this.#scores = widened(this.#scores);
    this.#names = widened(this.#names);
    this.#ages = widened(this.#ages);
  }

  #isWorse(a: number, b: number): boolean {
    const difference = this.#scores[a]! - this.#scores[b]!;
    // Two infinities of one sign differ by NaN: the age decides.
    return difference < 0 || (!(difference > 0) && this.#ages[a]! > this.#ages[b]!);
  }

  #rise(from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isWorse(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  #sink(from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#length) return;
      if (child + 1 < this.#length && this.#isWorse(child + 1, child)) child++;
      if (!this.#isWorse(child, place)) return;
      this.#swap(child, place);
      place = child;
    }
  }

  #swap(a: number, b: number): void {
    const score = this.#scores[a]!;
    const name = this.#names[a]!;
    const age = this.#ages[a]!;
    this.#set(a, this.#scores[b]!, this.#names[b]!, this.#ages[b]!);
    this.#set(b, score, name, age);
  }
}
