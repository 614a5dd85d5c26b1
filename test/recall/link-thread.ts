/** A thread that links rows of a graph until none is left. */
import { workerData } from 'node:worker_threads';
import { linkSlice } from '../../src/engine/index/hnsw/build.ts';
import { attachGraph, type GraphMemory } from './graph-memory.ts';

const { target, count, thread } = workerData as { target: GraphMemory; count: number; thread: number };
linkSlice(attachGraph(target, thread), count, { msMax: Infinity });
