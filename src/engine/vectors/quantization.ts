import type { SearchParams } from '../../../schemas/query.ts';
import type { CompressionRatio, QuantizationConfig } from '../../../schemas/quantization.ts';
import type { CodesSpec, FormName } from '../../kernels/codes-layout.ts';
import { codesPay } from '../../kernels/graph-layout.ts';
import type { MetricName } from '../../kernels/memory-layout.ts';

/**
 * What a quantization makes of a dense vector. Graphs are always linked, and searched, by int8 codes of their own and the
 * candidates compared exactly; a quantization is a second kind of codes to search by, or says that those are it.
 */
export type Quantization = { readonly kind: 'graph' } | { readonly kind: 'codes'; readonly spec: CodesSpec };

/** How a search uses a quantization. */
export interface QuantizedSearch {
  /** Search as if there were no quantization. */
  readonly isIgnored: boolean;
  /** Compare the candidates with the stored numbers; otherwise scores are those of the codes. */
  readonly isRescored: boolean;
  /** Candidates for each result. */
  readonly oversampling: number;
}

export const DEFAULT_QUANTIZED_SEARCH: QuantizedSearch = {
  isIgnored: false,
  isRescored: true,
  oversampling: 1,
};

type BinaryConfig = Extract<QuantizationConfig, { binary: unknown }>['binary'];
type TurboConfig = Extract<QuantizationConfig, { turbo: unknown }>['turbo'];

const BINARY_FORMS: Readonly<Record<NonNullable<BinaryConfig['encoding']>, FormName>> = {
  one_bit: 'bits',
  one_and_half_bits: 'sharedBits',
  two_bits: 'twoBits',
};

const QUERY_BITS: Readonly<Record<NonNullable<BinaryConfig['query_encoding']>, number>> = {
  default: 4,
  binary: 1,
  scalar4bits: 4,
  scalar8bits: 8,
};

/** One and a half bits are one bit of each number of a vector that the rotation has made longer. */
const TURBO_FORMS: Readonly<
  Record<NonNullable<TurboConfig['bits']>, Pick<CodesSpec, 'form' | 'rotatedShare'>>
> = {
  bits1: { form: 'bits', rotatedShare: 1 },
  bits1_5: { form: 'bits', rotatedShare: 1.5 },
  bits2: { form: 'twoBits', rotatedShare: 1 },
  bits4: { form: 'nibbles', rotatedShare: 1 },
  bits8: { form: 'bytes', rotatedShare: 1 },
};

/** Numbers that become one byte. */
const PARTS: Readonly<Record<CompressionRatio, number>> = { x4: 1, x8: 2, x16: 4, x32: 8, x64: 16 };

/**
 * The quantization of a vector under its own settings, or else those of the collection. None for vectors whose graphs have
 * no codes either: of Manhattan, and short ones.
 */
export function quantizationOf(
  config: QuantizationConfig | null | undefined,
  { metric, dim }: { readonly metric: MetricName; readonly dim: number },
): Quantization | undefined {
  if (config === null || config === undefined || metric === 'Manhattan' || !codesPay(dim)) return undefined;
  const common = { metric, dim, queryBits: 8, quantile: 1, rotatedShare: 0, part: 0 };
  if ('binary' in config) {
    const { encoding, query_encoding } = config.binary;
    const form = BINARY_FORMS[encoding ?? 'one_bit'];
    return { kind: 'codes', spec: { ...common, form, queryBits: QUERY_BITS[query_encoding ?? 'default'] } };
  }
  if ('turbo' in config) {
    return { kind: 'codes', spec: { ...common, ...TURBO_FORMS[config.turbo.bits ?? 'bits4'] } };
  }
  if ('product' in config) {
    return { kind: 'codes', spec: { ...common, form: 'product', part: PARTS[config.product.compression] } };
  }
  // The graph's codes span the whole range of a row already.
  const quantile = config.scalar.quantile ?? 1;
  return quantile < 1 ? { kind: 'codes', spec: { ...common, form: 'bytes', quantile } } : { kind: 'graph' };
}

/** How the parameters of a request ask to use a quantization. */
export function quantizedSearch(params: SearchParams | null | undefined): QuantizedSearch {
  const given = params?.quantization;
  return {
    isIgnored: given?.ignore === true,
    isRescored: given?.rescore !== false,
    oversampling: given?.oversampling ?? 1,
  };
}
