import { buildTestApp, type TestApp } from './build-app.ts';

/** Runs `use` with an application on the directory, under these settings beside, and closes it again. */
export async function withApp<T>(
  directory: string,
  use: (api: TestApp) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const closing: (() => Promise<void>)[] = [];
  const scope = { after: (cleanUp: () => Promise<void>) => closing.push(cleanUp) };
  try {
    return await use(
      await buildTestApp(scope, { settings: { ...settings, 'storage.storage_path': directory } }),
    );
  } finally {
    for (const close of closing) await close();
  }
}
