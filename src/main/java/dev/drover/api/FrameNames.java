package dev.drover.api;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The naming of the frames of an event stream. The name is the event's type, except for clients
/// that ignore every name they do not know: versions 0.86 to 0.88 of the vendor's TypeScript SDK,
/// which expect `message`.
enum FrameNames {
  TYPE,
  MESSAGE;

  private static final Pattern AGENT = Pattern.compile("\\S*/JS 0\\.8[678]\\.\\d.*");
  private static final Pattern VERSION = Pattern.compile("0\\.8[678]\\.\\d.*");

  /// The naming for a client. The client is identified by its `user-agent`, which a browser may
  /// replace, or by the headers that the SDK adds.
  static FrameNames of(Exchange exchange) {
    boolean old =
        matches(AGENT, exchange.header("user-agent"))
            || ("js".equals(exchange.header("x-stainless-lang"))
                && matches(VERSION, exchange.header("x-stainless-package-version")));
    return old ? MESSAGE : TYPE;
  }

  private static boolean matches(Pattern pattern, @Nullable String header) {
    return header != null && pattern.matcher(header.strip()).matches();
  }

  /// The name of the frame of an event or a preview.
  String of(String type) {
    return this == MESSAGE ? "message" : type;
  }
}
