package dev.drover.api;

import dev.drover.base.Fields;
import dev.drover.base.Json;
import dev.drover.base.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.RequestException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// The body of a request, read at most once, within the bounds of the server's memory. One thread.
final class RequestBody {
  /// Longest request body that any server takes, in bytes.
  static final int MAX = 32 * 1024 * 1024;

  static final String TOO_LARGE = "The request body is larger than 32 MB";

  /// Unread bodies longer than this are not worth reading for the sake of the connection.
  private static final long SMALL = 1024 * 1024;

  private final ServerRequest request;
  private final ServerResponse response;
  private final Connection connection;
  private final RequestMemory memory;

  RequestBody(
      ServerRequest request, ServerResponse response, Connection connection, RequestMemory memory) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.memory = memory;
  }

  /// The body as it came.
  ///
  /// @throws Problem `TOO_LARGE`, `INVALID_REQUEST` for a compressed one, or `UNAVAILABLE` while
  ///   the server is busy with other large ones
  byte[] read() {
    var encoding = request.headers().value(HeaderNames.CONTENT_ENCODING).orElse(null);
    if (encoding != null && !encoding.toLowerCase(Locale.ROOT).equals("identity")) {
      throw Problem.invalid(
          "request_body_encoding_unsupported", "Content-Encoding: only identity is supported");
    }
    if (declaredLength() > memory.maxBody()) {
      throw tooLarge();
    }
    byte[] body = received();
    if (body.length > memory.maxBody()) {
      throw tooLarge();
    }
    memory.works(body.length);
    return body;
  }

  private Problem tooLarge() {
    var message = "The request body is larger than %d MB".formatted(memory.maxBody() >> 20);
    return new Problem(Problem.Kind.TOO_LARGE, null, message, null);
  }

  private byte[] received() {
    long length = declaredLength();
    if (length > RequestMemory.SMALL) {
      memory.arrives(length);
    }
    connection.begin();
    try {
      // Not closed: that would wait for the rest of a body that has none.
      var in = request.content().inputStream();
      if (!isChunked()) {
        return in.readNBytes(memory.maxBody() + 1);
      }
      var start = in.readNBytes(RequestMemory.SMALL);
      return start.length < RequestMemory.SMALL ? start : withRest(start, in);
    } catch (RequestException | Problem e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      response.header(HeaderValues.CONNECTION_CLOSE);
      throw Problem.invalid("The request body is incomplete, or its framing is not valid HTTP");
    } finally {
      connection.end();
    }
  }

  /// The rest of a body whose length is not known yet.
  private byte[] withRest(byte[] start, InputStream in) throws IOException {
    memory.arrives(memory.maxBody());
    var rest = in.readNBytes(memory.maxBody() + 1 - start.length);
    var body = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, body, start.length, rest.length);
    return body;
  }

  /// The body as a JSON object.
  static Fields fields(byte[] body) {
    if (body.length == 0) {
      throw Problem.invalid("The request body is empty: a JSON object is expected");
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      return Fields.of(Json.parse(text), "");
    } catch (CharacterCodingException _) {
      throw Problem.invalid("The request body is not UTF-8");
    } catch (Json.Malformed e) {
      throw Problem.invalid("The request body: " + e.getMessage());
    }
  }

  /// Whether the client announced one.
  boolean isAnnounced() {
    return declaredLength() > 0 || isChunked();
  }

  /// Whether it is longer than what is read for the sake of the connection alone, or may be.
  boolean isLong() {
    return declaredLength() > SMALL || isChunked();
  }

  /// Takes in what a refused client still sends: many read no answer before they have written all.
  /// One that asked first (`expect`) sends nothing more.
  void drop() {
    if (request.content().consumed() || request.headers().contains(HeaderNames.EXPECT)) {
      return;
    }
    connection.begin();
    try (var in = request.content().inputStream()) {
      var piece = new byte[64 * 1024];
      long taken = 0;
      for (int n = 0; n >= 0 && taken < Server.MAX_PAYLOAD; n = in.read(piece)) {
        taken += n;
      }
    } catch (IOException | RuntimeException _) {
      // It left, or sends something that is no body: it hears so if it can.
    } finally {
      connection.end();
    }
  }

  private boolean isChunked() {
    return request.headers().contains(HeaderNames.TRANSFER_ENCODING);
  }

  private long declaredLength() {
    return request.headers().contentLength().orElse(0);
  }
}
