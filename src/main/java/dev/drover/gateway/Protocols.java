package dev.drover.gateway;

import java.io.IOException;

/// Recognizes what a program in a sandbox speaks, and serves it.
final class Protocols {
  private static final int SOCKS5 = 5;
  private static final int HTTPS = 443;

  private Protocols() {}

  static void serve(Passage passage) throws IOException, InterruptedException {
    var in = passage.in();
    var header = StreamHeader.read(in);
    switch (header.kind()) {
      case DNS -> NameAnswers.serve(passage);
      case PROXY -> {
        int first = in.peek();
        if (first == SOCKS5) {
          Socks.serve(passage);
        } else if (first >= 0) {
          HttpForward.proxy(passage);
        }
      }
      case TRANSPARENT -> {
        int first = in.peek();
        if (first == ClientHello.HANDSHAKE) {
          tls(passage, header.port());
        } else if (isLetter(first) && header.port() != HTTPS) {
          HttpForward.transparent(passage, header.port());
        } else if (first >= 0) {
          throw notHttp("a connection to port " + header.port());
        }
      }
    }
  }

  private static void tls(Passage passage, int port) throws IOException, InterruptedException {
    passage.protocol("tls");
    passage.denyWith(_ -> ClientHello.denial());
    var hello = ClientHello.read(passage.in());
    if (hello.name().isEmpty()) {
      throw new NotConnected(
          Verdict.Reason.PROTOCOL,
          "a connection to port " + port + " was refused: its TLS handshake names no host");
    }
    var to = Requested.of(hello.name().get(), port);
    passage.connect(to);
    encrypted(passage, hello, to);
  }

  /// Serves a connection with TLS, which is taken off if the session has secrets for the host.
  private static void encrypted(Passage passage, ClientHello hello, Destination to)
      throws IOException, InterruptedException {
    if (passage.hasSecretsFor(to)) {
      passage.decrypt(hello, to);
      HttpForward.tunnelled(passage, to);
    } else {
      passage.send(hello.bytes());
      passage.relay();
    }
  }

  /// Serves a connection whose host is known, after the program was told that it is connected. If
  /// the environment restricts hosts, the connection must be for that host.
  static void tunnel(Passage passage, Destination to) throws IOException, InterruptedException {
    passage.denyWith(Passage.SILENT);
    if (passage.policy().isUnrestricted()) {
      unrestricted(passage, to);
      return;
    }
    int first = passage.in().peek();
    if (first == ClientHello.HANDSHAKE) {
      passage.denyWith(_ -> ClientHello.denial());
      var hello = ClientHello.read(passage.in());
      check(hello, to);
      encrypted(passage, hello, to);
    } else if (isLetter(first)) {
      HttpForward.tunnelled(passage, to);
    } else if (first >= 0) {
      throw notHttp(to.toString());
    }
  }

  /// Serves a tunnel that may carry anything, and in which the host may speak first. It is only
  /// read if it carries TLS for a host for which the session has secrets.
  private static void unrestricted(Passage passage, Destination to)
      throws IOException, InterruptedException {
    if (!passage.hasSecretsFor(to)
        || !passage.programSpeaksFirst()
        || passage.in().peek() != ClientHello.HANDSHAKE) {
      passage.relay();
      return;
    }
    passage.denyWith(_ -> ClientHello.denial());
    var hello = ClientHello.read(passage.in());
    if (hello.name().isEmpty() || Requested.of(hello.name().get(), to.port()).equals(to)) {
      encrypted(passage, hello, to);
    } else {
      passage.send(hello.bytes());
      passage.relay();
    }
  }

  private static void check(ClientHello hello, Destination to) throws NotConnected {
    if (hello.name().isEmpty() && to.host().address().isPresent()) {
      return; // an address has no name
    }
    var named = hello.name();
    if (named.isEmpty() || !Requested.of(named.get(), to.port()).equals(to)) {
      throw new NotConnected(
          Verdict.Reason.MISMATCH,
          to
              + " was refused: the TLS handshake names "
              + (named.isEmpty() ? "no" : "another")
              + " host");
    }
  }

  private static boolean isLetter(int first) {
    return (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
  }

  private static NotConnected notHttp(String what) {
    return new NotConnected(
        Verdict.Reason.PROTOCOL, what + " was refused: only HTTP and TLS may be used there");
  }
}
