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
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The body of a request. It is read at most once, within the limits of the server's memory. Not
/// safe for concurrent use.
final class RequestBody {
  /// The maximum length of a request body for every server, in bytes.
  static final int MAX = 32 * 1024 * 1024;

  static final String TOO_LARGE = "The request body is larger than 32 MB";

  /// The maximum length of an unread body that is read only to keep the connection open, in bytes.
  private static final long SMALL = 1024 * 1024;

  /// The maximum length of an unread body that is skipped before the connection is closed, in
  /// bytes.
  private static final long MAX_UNREAD = 2L * MAX;

  /// How long such a body is skipped at most; a client that sends nothing ends this, too.
  private static final Duration LONGEST_DROP = Duration.ofSeconds(10);

  private final ServerRequest request;
  private final ServerResponse response;
  private final Connection connection;
  private final RequestMemory memory;

  /// The body as it arrives, once its reading has begun.
  private @Nullable InputStream arriving;

  /// Whether nothing more can or will be read, so that the connection has to be closed.
  private boolean abandoned;

  RequestBody(
      ServerRequest request, ServerResponse response, Connection connection, RequestMemory memory) {
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.memory = memory;
  }

  /// Reads the body as it was sent.
  ///
  /// @throws Problem `TOO_LARGE`, `INVALID_REQUEST` for a compressed body, or `UNAVAILABLE` while
  ///   other large bodies occupy the memory
  byte[] read() {
    checkEncoding();
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

  /// The body as a stream, which its caller closes. It needs no memory.
  ///
  /// @param most the maximum length, in bytes
  /// @param tooLarge thrown here, or by the stream, if there is more
  /// @throws Problem `INVALID_REQUEST` for a compressed body
  UploadStream stream(long most, Problem tooLarge) {
    checkEncoding();
    if (declaredLength() > most) {
      throw tooLarge;
    }
    return new UploadStream(content(), most, tooLarge, this::broken, connection);
  }

  private void checkEncoding() {
    var encoding = request.headers().value(HeaderNames.CONTENT_ENCODING).orElse(null);
    if (encoding != null && !encoding.toLowerCase(Locale.ROOT).equals("identity")) {
      throw Problem.invalid(
          "request_body_encoding_unsupported", "Content-Encoding: only identity is supported");
    }
  }

  private InputStream content() {
    if (arriving == null) {
      arriving = request.content().inputStream();
    }
    return arriving;
  }

  /// Refuses a body that no route takes, before any part of it is read.
  ///
  /// @throws Problem `TOO_LARGE`
  void checkLength() {
    if (declaredLength() > MAX_UNREAD) {
      abandoned = true;
      throw tooLarge();
    }
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
      // Not closed: closing would wait for the rest of a body that has ended early.
      var in = content();
      if (!isChunked()) {
        return in.readNBytes(memory.maxBody() + 1);
      }
      var start = in.readNBytes(RequestMemory.SMALL);
      return start.length < RequestMemory.SMALL ? start : withRest(start, in);
    } catch (RequestException | Problem e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw broken();
    } finally {
      connection.end();
    }
  }

  /// Notes that the body ended early or was malformed. Returns the problem to throw.
  private Problem broken() {
    abandoned = true;
    response.header(HeaderValues.CONNECTION_CLOSE);
    return Problem.invalid("The request body is incomplete, or its framing is not valid HTTP");
  }

  /// Reads the rest of a body whose length is not known yet.
  private byte[] withRest(byte[] start, InputStream in) throws IOException {
    memory.arrives(memory.maxBody());
    var rest = in.readNBytes(memory.maxBody() + 1 - start.length);
    var body = Arrays.copyOf(start, start.length + rest.length);
    System.arraycopy(rest, 0, body, start.length, rest.length);
    return body;
  }

  /// Parses a body as a JSON object.
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

  /// Whether the request has a body.
  boolean isAnnounced() {
    return declaredLength() > 0 || isChunked();
  }

  /// Whether the body is, or may be, too long to be read only to keep the connection open.
  boolean isLong() {
    return declaredLength() > SMALL || isChunked();
  }

  /// Whether the body is longer than what is skipped of one, so that the client gets its answer
  /// earlier than it has sent everything, in any case.
  boolean isTooLongToDrop() {
    return declaredLength() > MAX_UNREAD;
  }

  /// Reads and discards the rest of the body of a refused request, up to a limit: many clients read
  /// no response before they have sent the whole body. A client that sent `expect` sends no body
  /// after a refusal, unless the reading of its body has begun: then it was asked to continue.
  ///
  /// @return whether nothing is left
  boolean drop() {
    if (abandoned) {
      return false;
    }
    if (request.content().consumed()
        || (arriving == null && request.headers().contains(HeaderNames.EXPECT))) {
      return true;
    }
    connection.begin();
    try {
      var in = content();
      var piece = new byte[64 * 1024];
      long taken = 0;
      long begun = connection.now();
      for (int n = 0; n >= 0; n = in.read(piece)) {
        taken += n;
        if (taken >= MAX_UNREAD || connection.now() - begun > LONGEST_DROP.toNanos()) {
          return false;
        }
      }
      return true;
    } catch (IOException | RuntimeException _) {
      // The client has disconnected or sends an invalid body; the response is sent if possible.
      return false;
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
