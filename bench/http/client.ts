/** One keep-alive connection that waits for each answer before it sends the next request. */
import { Agent, request } from 'node:http';
import { readdirSync, readFileSync } from 'node:fs';

export class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** The result of an answer. @throws if the status is not 200 */
  async call<T>(method: string, path: string, body?: string | Uint8Array): Promise<T> {
    const { status, text } = await this.send(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${text}`);
    return (JSON.parse(text) as { result: T }).result;
  }

  send(method: string, path: string, body?: string | Uint8Array): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const sent = request(this.#url + path, { method, agent: this.#agent, headers }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString() });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** CPU seconds of a process and all its threads since it started. Linux. */
export function cpuSecondsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const [runNs = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return sum + Number(runNs) / 1e9;
  }, 0);
}

/** Resident megabytes of a process. Linux. */
export function residentMbOf(pid: number): number {
  const [, kb = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kb) / 1024);
}
