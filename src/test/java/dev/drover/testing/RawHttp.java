package dev.drover.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Sends bytes that need not be a request, each on a connection of its own, and reads what comes
/// back. A server that is silent for longer than the deadline fails the test.
public final class RawHttp {
  private static final int DEADLINE_MILLIS = 10_000;

  private final URI url;

  public RawHttp(URI url) {
    this.url = url;
  }

  /// @param status 0: the connection was closed without an answer
  /// @param headers by their names in lower case
  public record Answer(int status, Map<String, String> headers, String body) {
    public static final Answer NONE = new Answer(0, Map.of(), "");

    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /// @param halfClose says at once that nothing more will be sent
  /// @throws AssertionError if the server hangs
  public Answer send(byte[] request, boolean halfClose) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
      socket.setSoTimeout(DEADLINE_MILLIS);
      try {
        socket.getOutputStream().write(request);
        if (halfClose) {
          socket.shutdownOutput();
        }
      } catch (SocketException _) {
        // it has answered already and wants no more
      }
      boolean bodyless = request.length > 4 && request[0] == 'H' && request[1] == 'E';
      return read(socket.getInputStream(), bodyless);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer within " + DEADLINE_MILLIS + " ms", e);
    }
  }

  /// Sends requests one after the other on one connection. If the server closes it, the last answer
  /// is [Answer#NONE].
  ///
  /// @throws AssertionError if the server hangs
  public List<Answer> sendAll(List<String> requests) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), url.getPort())) {
      socket.setSoTimeout(DEADLINE_MILLIS);
      var in = new BufferedInputStream(socket.getInputStream());
      var answers = new ArrayList<Answer>();
      for (var request : requests) {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        var answer = read(in, request.startsWith("HEAD "));
        answers.add(answer);
        if (answer.equals(Answer.NONE)) {
          break;
        }
      }
      return answers;
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer within " + DEADLINE_MILLIS + " ms", e);
    }
  }

  private static Answer read(InputStream in, boolean bodyless) throws IOException {
    try {
      var answer = readOne(in, bodyless);
      while (answer.status() >= 100 && answer.status() < 200) {
        answer = readOne(in, bodyless);
      }
      return answer;
    } catch (SocketException _) {
      return Answer.NONE; // reset
    }
  }

  private static Answer readOne(InputStream in, boolean bodyless) throws IOException {
    var first = line(in);
    if (first.isEmpty()) {
      return Answer.NONE;
    }
    int status = Integer.parseInt(first.split(" ", -1)[1]);
    var headers = new LinkedHashMap<String, String>();
    for (var line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (headers.getOrDefault("content-type", "").startsWith("text/event-stream")) {
      return new Answer(status, headers, "");
    }
    var length = headers.get("content-length");
    var body = length == null || bodyless ? new byte[0] : in.readNBytes(Integer.parseInt(length));
    return new Answer(status, headers, new String(body, StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
