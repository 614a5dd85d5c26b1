/** Preloaded into the server's process: tells the delays of its event loop when the bench asks. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.send !== undefined) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  process.on('message', () => {
    // Not before: looking every millisecond costs what other benches measure.
    histogram.enable();
    process.send?.({ max: histogram.max / 1e6, p99: histogram.percentile(99) / 1e6 });
    histogram.reset();
  });
  process.channel?.unref();
}
