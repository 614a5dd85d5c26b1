import type {
  PayloadFieldSchema,
  PayloadSchemaType,
  TextIndexParams,
} from '../../../../schemas/payload-index.ts';
import { BOOLEAN } from './booleans.ts';
import type { FieldType } from './field-type.ts';
import { FLOAT } from './floats.ts';
import { INTEGER } from './integers.ts';
import { DATETIME } from './moments.ts';
import { GEO } from './places.ts';
import { KEYWORD, UUID } from './texts.ts';
import { textField } from './words.ts';

/** The explicit table of index types, as functions of the schema. */
const FIELD_TYPES: Record<PayloadSchemaType, (schema: PayloadFieldSchema) => FieldType> = {
  keyword: () => KEYWORD,
  integer: () => INTEGER,
  float: () => FLOAT,
  bool: () => BOOLEAN,
  datetime: () => DATETIME,
  uuid: () => UUID,
  geo: () => GEO,
  text: (schema) => textField(typeof schema === 'string' ? {} : (schema as TextIndexParams)),
};

export function fieldType(schema: PayloadFieldSchema): FieldType {
  return FIELD_TYPES[kindOf(schema)](schema);
}

/** The type of an index, however its schema was given. */
export function kindOf(schema: PayloadFieldSchema): PayloadSchemaType {
  return typeof schema === 'string' ? schema : schema.type;
}
