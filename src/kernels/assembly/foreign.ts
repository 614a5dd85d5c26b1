// What quantized.wasm imports: the codes that it walks by lie in another memory, and so in another instance.

/** Scores of four rows against the query in an area: a function of codes.wasm. */
export declare function scoreFour(area: usize, a: u32, b: u32, c: u32, d: u32): v128;
/** The calling thread's area in the memory of the codes. */
export declare const area: usize;
