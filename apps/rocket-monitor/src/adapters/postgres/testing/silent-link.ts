import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server on which all questions arrive, and while it is silent no answer comes back. */
export class SilentLink {
  isSilent = false;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async open(target: URL): Promise<SilentLink> {
    const server = createServer();
    const link = new SilentLink(server, target);
    server.on('connection', (socket) => link.#join(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return link;
  }

  /** Like the target's, but this way. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const both = [client, server];
    for (const socket of both) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => both.forEach((each) => each.destroy()));
    }
    client.on('data', (question) => server.write(question));
    server.on('data', (answer) => {
      if (!this.isSilent) client.write(answer);
    });
  }
}
