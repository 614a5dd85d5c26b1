/** Kinds of quantization. */
import { Type, type Static } from 'typebox';
import { component } from './component.ts';
import { Memory } from './memory.ts';
import { float32, oneOf, opt } from './scalars.ts';

const alwaysRam = () => opt(Type.Boolean(), { deprecated: true, description: 'Use `memory` instead.' });

export const ScalarType = component('ScalarType', oneOf(['int8']));
export type ScalarType = Static<typeof ScalarType>;

export const ScalarQuantizationConfig = component(
  'ScalarQuantizationConfig',
  Type.Object({
    type: ScalarType,
    quantile: opt(float32({ minimum: 0.5, maximum: 1 }), {
      description: 'Share of the values that the codes span; the rest is cut off.',
    }),
    always_ram: alwaysRam(),
    memory: opt(Memory),
  }),
);
export type ScalarQuantizationConfig = Static<typeof ScalarQuantizationConfig>;

export const ScalarQuantization = component(
  'ScalarQuantization',
  Type.Object({ scalar: ScalarQuantizationConfig }),
);
export type ScalarQuantization = Static<typeof ScalarQuantization>;

export const CompressionRatio = component('CompressionRatio', oneOf(['x4', 'x8', 'x16', 'x32', 'x64']));
export type CompressionRatio = Static<typeof CompressionRatio>;

export const ProductQuantizationConfig = component(
  'ProductQuantizationConfig',
  Type.Object({ compression: CompressionRatio, always_ram: alwaysRam(), memory: opt(Memory) }),
);
export type ProductQuantizationConfig = Static<typeof ProductQuantizationConfig>;

export const ProductQuantization = component(
  'ProductQuantization',
  Type.Object({ product: ProductQuantizationConfig }),
);
export type ProductQuantization = Static<typeof ProductQuantization>;

export const BinaryQuantizationEncoding = component(
  'BinaryQuantizationEncoding',
  oneOf(['one_bit', 'two_bits', 'one_and_half_bits']),
);
export type BinaryQuantizationEncoding = Static<typeof BinaryQuantizationEncoding>;

export const BinaryQuantizationQueryEncoding = component(
  'BinaryQuantizationQueryEncoding',
  oneOf(['default', 'binary', 'scalar4bits', 'scalar8bits']),
);
export type BinaryQuantizationQueryEncoding = Static<typeof BinaryQuantizationQueryEncoding>;

export const BinaryQuantizationConfig = component(
  'BinaryQuantizationConfig',
  Type.Object({
    always_ram: alwaysRam(),
    memory: opt(Memory),
    encoding: opt(BinaryQuantizationEncoding),
    query_encoding: opt(BinaryQuantizationQueryEncoding),
  }),
);
export type BinaryQuantizationConfig = Static<typeof BinaryQuantizationConfig>;

export const BinaryQuantization = component(
  'BinaryQuantization',
  Type.Object({ binary: BinaryQuantizationConfig }),
);
export type BinaryQuantization = Static<typeof BinaryQuantization>;

export const TurboQuantBitSize = component(
  'TurboQuantBitSize',
  oneOf(['bits1', 'bits1_5', 'bits2', 'bits4', 'bits8']),
);
export type TurboQuantBitSize = Static<typeof TurboQuantBitSize>;

export const TurboQuantQuantizationConfig = component(
  'TurboQuantQuantizationConfig',
  Type.Object({ always_ram: alwaysRam(), memory: opt(Memory), bits: opt(TurboQuantBitSize) }),
);
export type TurboQuantQuantizationConfig = Static<typeof TurboQuantQuantizationConfig>;

export const TurboQuantization = component(
  'TurboQuantization',
  Type.Object({ turbo: TurboQuantQuantizationConfig }),
);
export type TurboQuantization = Static<typeof TurboQuantization>;

export const QuantizationConfig = component(
  'QuantizationConfig',
  Type.Union([ScalarQuantization, ProductQuantization, BinaryQuantization, TurboQuantization], {
    description: 'Searches run on compressed vectors; scores are still those of the full vectors.',
  }),
);
export type QuantizationConfig = Static<typeof QuantizationConfig>;

export const Disabled = component('Disabled', oneOf(['Disabled']));
export type Disabled = Static<typeof Disabled>;

export const QuantizationConfigDiff = component(
  'QuantizationConfigDiff',
  Type.Union([ScalarQuantization, ProductQuantization, BinaryQuantization, TurboQuantization, Disabled]),
);
export type QuantizationConfigDiff = Static<typeof QuantizationConfigDiff>;
