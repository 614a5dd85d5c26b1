import type { CreateCollection } from '../../schemas/collections.ts';
import type { FaissThread } from '../dispatch/faiss-thread.ts';
import { wrongInput } from '../shared/errors.ts';
import type { Logger } from '../telemetry/logger.ts';

export interface FaissEngineOptions {
  readonly thread: Pick<FaissThread, 'fault' | 'run' | 'close'>;
  /** The engine of collections that choose none. */
  readonly engine: 'hnsw' | 'faiss';
  readonly log: Logger;
}

/** Which collections FAISS serves. Nothing of it is loaded before one asks for it. */
export class FaissEngine {
  readonly #options: FaissEngineOptions;
  #isReported = false;

  constructor(options: FaissEngineOptions) {
    this.#options = options;
  }

  /** Says in the log if the engine of the server is not installed. */
  async start(): Promise<void> {
    await this.threadFor({});
  }

  /** What builds the indexes of a collection; undefined if it uses the default engine, or FAISS is not installed. */
  async threadFor({ index }: CreateCollection): Promise<FaissEngineOptions['thread'] | undefined> {
    const { thread, engine, log } = this.#options;
    if ((index?.engine ?? engine) !== 'faiss') return undefined;
    const fault = await thread.fault();
    if (fault === undefined) return thread;
    if (!this.#isReported) log.warn(`${fault}; until then the default engine does its work`);
    this.#isReported = true;
    return undefined;
  }

  /** Refuses settings that ask for what is not installed. @throws NEARIFY_WRONG_INPUT with the remedy */
  async check({ index }: CreateCollection): Promise<void> {
    if (index?.engine !== 'faiss') return;
    const fault = await this.#options.thread.fault();
    if (fault !== undefined) throw wrongInput(`index.engine cannot be faiss on this server. ${fault}`);
  }

  close(): Promise<void> {
    return this.#options.thread.close();
  }
}
