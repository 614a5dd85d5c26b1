const CAPACITY_START = 1024;

/** Numbers of rows, in the order they were added; a row may have several. */
export class NumberList {
  values = new Float64Array(CAPACITY_START);
  rows = new Uint32Array(CAPACITY_START);
  length = 0;

  add(value: number, row: number): void {
    if (this.length === this.values.length) this.#grow();
    this.values[this.length] = value;
    this.rows[this.length++] = row;
  }

  #grow(): void {
    const { values, rows } = this;
    this.values = new Float64Array(values.length * 2);
    this.values.set(values);
    this.rows = new Uint32Array(rows.length * 2);
    this.rows.set(rows);
  }
}
