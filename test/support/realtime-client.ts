import { WebSocket } from 'ws';

/** A client as Open MCT's tutorial has it, but for what it remembers. */
export class RealtimeTestClient {
  readonly socket: WebSocket;
  readonly points: Record<string, unknown>[] = [];
  closeCode: number | null = null;
  /** Of an answer that is no upgrade. */
  status: number | null = null;
  problem: unknown = null;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers });
    this.socket.on('message', (data: Buffer) => {
      this.points.push(JSON.parse(data.toString()) as Record<string, unknown>);
    });
    this.socket.on('close', (code) => (this.closeCode = code));
    this.socket.on('unexpected-response', (_, answer) => {
      this.status = answer.statusCode ?? 0;
      answer.on('data', (body: Buffer) => (this.problem = JSON.parse(body.toString())));
    });
    this.socket.on('error', () => undefined);
  }

  say(...frames: string[]): void {
    for (const frame of frames) this.socket.send(frame);
  }
}
