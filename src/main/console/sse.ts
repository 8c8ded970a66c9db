/** A message of a stream of server-sent events. */
export interface Message {
  event: string;
  data: string;
}

const LONGEST = 64 * 1024 * 1024;

/** Reads the format of server-sent events from pieces of text, whatever their borders. */
export class SseReader {
  private pieces: string[] = [];
  private length = 0;
  private event = '';
  private data: string[] = [];

  /** The messages that are complete with this piece. */
  read(piece: string): Message[] {
    const messages: Message[] = [];
    let from = 0;
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      this.pieces.push(piece.slice(from, at));
      const line = this.pieces.join('');
      this.pieces = [];
      this.length = 0;
      from = at + 1;
      this.line(line.endsWith('\r') ? line.slice(0, -1) : line, messages);
    }
    if (from < piece.length) {
      this.pieces.push(piece.slice(from));
      this.length += piece.length - from;
      if (this.length > LONGEST) throw new Error('a line of the event stream is too long');
    }
    return messages;
  }

  private line(line: string, messages: Message[]): void {
    if (line === '') {
      if (this.data.length > 0) messages.push({ event: this.event, data: this.data.join('\n') });
      this.event = '';
      this.data = [];
    } else if (line.startsWith('data:')) this.data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (line.startsWith('event:')) this.event = line.slice(line[6] === ' ' ? 7 : 6);
  }
}
