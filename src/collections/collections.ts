import type { UpdateCollection } from '../../schemas/collection-update.ts';
import type { CollectionInfo, CreateCollection } from '../../schemas/collections.ts';
import type { VectorNameConfig } from '../../schemas/vectors.ts';
import type { DataReply, DataRequest, ReadTask, UpdateTask } from '../protocol/tasks.ts';

export type { DataReply, DataRequest, ReadTask, UpdateTask };

/** What the HTTP layer may ask of the collections. Errors are `ServiceError`s. */
export interface Collections {
  /** True once every stored collection is open. */
  readonly isReady: boolean;
  list(): string[];
  exists(name: string): boolean;
  /** @throws NEARIFY_NOT_FOUND */
  info(name: string): Promise<CollectionInfo>;
  /** Resolves when the collection is durable. @throws NEARIFY_ALREADY_EXISTS */
  create(name: string, params: CreateCollection): Promise<void>;
  /** Resolves when the change is durable. @throws NEARIFY_NOT_FOUND, NEARIFY_WRONG_INPUT */
  configure(name: string, update: UpdateCollection): Promise<void>;
  /** Adds an empty vector; resolves to the number of the operation. @throws NEARIFY_NOT_FOUND, NEARIFY_WRONG_INPUT */
  createVector(name: string, vector: string, config: VectorNameConfig): Promise<number>;
  /** Drops a vector of all points. @throws NEARIFY_NOT_FOUND, NEARIFY_WRONG_INPUT */
  deleteVector(name: string, vector: string): Promise<number>;
  /** Resolves to false if there was nothing to delete. */
  drop(name: string): Promise<boolean>;
  /** @throws NEARIFY_NOT_FOUND, NEARIFY_OVERLOADED; errors of the task itself come as a reply. */
  read(task: ReadTask, name: string, request: DataRequest): Promise<DataReply>;
  /** As {@link read}; updates of one collection are applied in the order of the calls. */
  update(task: UpdateTask, name: string, request: DataRequest): Promise<DataReply>;
  /** Waits for running requests and closes the storage. */
  close(): Promise<void>;
}
