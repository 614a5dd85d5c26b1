/** The server itself. */
import { Type, type Static } from 'typebox';
import { component } from './component.ts';
import { opt } from './scalars.ts';

export const VersionInfo = component(
  'VersionInfo',
  Type.Object({
    title: Type.String(),
    version: Type.String(),
    commit: opt(Type.String(), { description: 'Hash of the commit that the server was built from.' }),
  }),
);
export type VersionInfo = Static<typeof VersionInfo>;
