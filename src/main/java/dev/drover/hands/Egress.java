package dev.drover.hands;

import dev.drover.session.HandId;
import dev.drover.session.SessionId;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;

/// The only way out of sandboxes, which have no network of their own. Inside, the program `hand`
/// listens for connections and copies their bytes; this is where they arrive, and where it is
/// decided what becomes of them. Safe for many threads.
///
/// The server dials, and each stream that it dials carries one connection of a program in the
/// sandbox. `hand` keeps up to [#IDLE_MOST] streams that nobody uses yet and writes a header to one
/// of them when a program connects:
///
/// ```
/// u8 version (1), u8 kind, u16 length of the rest (big-endian), the rest
/// kind 1, the proxy port: nothing
/// kind 2, a port of the transparent way: the 4 bytes of the local address, u16 port
/// kind 3, DNS messages, each after its length (u16), as DNS sends them over TCP: nothing
/// ```
///
/// The bytes of the connection follow, in both directions. The end of one direction is
/// [SocketChannel#shutdownOutput]. A stream that is closed before the server has ended its
/// direction resets the connection of the program, so that a reply that was cut off does not look
/// complete. Several streams of kind 3 can exist at once: one for all datagrams, and one for each
/// connection to the DNS port.
public interface Egress {
  /// The number of streams without a header that `hand` accepts.
  int IDLE_MOST = 8;

  /// No sandbox has a way out.
  Egress NONE =
      new Egress() {
        @Override
        public boolean offers(SessionId session) {
          return false;
        }

        @Override
        public Way open(SessionId session, HandId hand, Dial dial) {
          return () -> {};
        }
      };

  /// Whether a sandbox that is now created for the session gets a way out. A sandbox keeps what it
  /// got for as long as it lives, and one without has no listener.
  ///
  /// @throws dev.drover.base.Problem `UNAVAILABLE`
  boolean offers(SessionId session);

  /// What the programs of a sandbox that is now created for the session find in it. Durable when it
  /// returns: a later call returns the same for what has not changed.
  ///
  /// @throws Sandboxes.Unavailable if the keys of this server cannot be used
  /// @throws dev.drover.base.Problem `UNAVAILABLE` if the store cannot be used
  default Surroundings surroundings(SessionId session) throws Sandboxes.Unavailable {
    return Surroundings.NONE;
  }

  /// What the programs of a sandbox find in it because of its way out.
  ///
  /// @param variables environment variables. They may be visible in the arguments of processes of
  ///   the server's machine
  /// @param authority a certificate in PEM, whose signature programs trust besides those that they
  ///   usually do
  /// @param gitConfig what git reads besides its usual configuration: how it reaches the
  ///   repositories of the session; empty if there are none
  record Surroundings(Map<String, String> variables, Optional<String> authority, String gitConfig) {
    /// Nothing in particular.
    public static final Surroundings NONE = new Surroundings(Map.of(), Optional.empty(), "");

    public Surroundings {
      variables = Map.copyOf(variables);
    }
  }

  /// This server is attached to a hand that has a way out: from now on its connections are served,
  /// by threads of the egress. Returns at once.
  Way open(SessionId session, HandId hand, Dial dial);

  /// Opens a stream to a hand: connected, blocking, without a header yet. Fails when the hand is
  /// gone.
  interface Dial {
    SocketChannel dial() throws IOException;
  }

  /// What is served for one hand until it is closed.
  interface Way extends AutoCloseable {
    /// The server detaches from the hand, which may live on. All streams end. Idempotent; does not
    /// wait.
    @Override
    void close();
  }
}
