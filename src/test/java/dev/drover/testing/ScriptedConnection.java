package dev.drover.testing;

import dev.drover.base.Json;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/// One client's connection. Its thread reads, also while another one answers: so it notices when
/// the client goes, and ends the answer.
final class ScriptedConnection implements Runnable {
  private final ScriptedMessages messages;
  private final Socket socket;
  private final int number;
  private final CountDownLatch gone = new CountDownLatch(1);

  ScriptedConnection(ScriptedMessages messages, Socket socket, int number) {
    this.messages = messages;
    this.socket = socket;
    this.number = number;
  }

  @Override
  public void run() {
    Thread answering = null;
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      while (true) {
        var request = line(in);
        if (request.isEmpty()) {
          return;
        }
        if (answering != null) {
          answering.join();
        }
        var script = read(request, in);
        answering = Thread.ofVirtual().start(() -> answer(script));
      }
    } catch (IOException | InterruptedException _) {
      // the client has gone, or the server is closed
    } finally {
      gone.countDown();
      if (answering != null) {
        answering.interrupt();
        joined(answering);
      }
      messages.ended(this);
    }
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Script read(String request, InputStream in) throws IOException {
    var headers = new TreeMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      var pair = line.split(":", 2);
      headers.put(pair[0].toLowerCase(Locale.ROOT), pair[1].strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    var bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the client went in the middle of its request");
    }
    var body = new String(bytes, StandardCharsets.UTF_8);
    var words = request.split(" ", -1);
    return messages.received(
        number,
        words[0],
        words[1],
        Map.copyOf(headers),
        Json.trusted(body) instanceof Json.Obj object ? object : Json.EMPTY,
        gone);
  }

  /// A line without its end; empty also at the end of the stream.
  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private void answer(Script script) {
    try {
      var out = socket.getOutputStream();
      var head = head(script);
      for (var step : script.steps()) {
        switch (step) {
          case Script.Step.Send(var text) -> {
            send(out, head, text);
            head = "";
          }
          case Script.Step.Hold(var until) -> until.await();
          case Script.Step.Stall _ -> gone.await();
          case Script.Step.Reset _ -> {
            socket.setSoLinger(true, 0);
            socket.close();
            return;
          }
        }
      }
      write(out, head);
      write(out, "0\r\n\r\n");
    } catch (IOException | InterruptedException _) {
      // the client has gone, or the server is closed
    }
  }

  private static String head(Script script) {
    var head = new StringBuilder("HTTP/1.1 " + script.status() + " Scripted\r\n");
    script.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    return head.append("transfer-encoding: chunked\r\n\r\n").toString();
  }

  /// The head of the response goes out by itself, before the first stretch of its body.
  private static void send(OutputStream out, String head, String text) throws IOException {
    write(out, head);
    if (!text.isEmpty()) {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      write(out, Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  void cut() {
    try {
      socket.close();
    } catch (IOException _) {
      // it is gone either way
    }
  }
}
