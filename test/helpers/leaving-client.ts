import { EventEmitter } from 'node:events';

/** A client that waits for a reply until a test lets it go. */
export class LeavingClient extends EventEmitter {
  closed = false;

  leave(): void {
    this.closed = true;
    this.emit('close');
  }

  static gone(): LeavingClient {
    const client = new LeavingClient();
    client.leave();
    return client;
  }
}
