package dev.drover.testing;

import java.util.List;
import java.util.stream.Stream;

/// Ways to write the host of a URL so that it leads, for one parser or another, to an address that
/// is not public.
public final class PrivateSpellings {
  private static final List<String> ALL =
      List.of(
          "127.0.0.1",
          "127.1",
          "127.0.1",
          "2130706433",
          "0x7f000001",
          "0x7f.0.0.1",
          "0x7f.1",
          "0177.0.0.1",
          "017700000001",
          "00127.0.0.1",
          "127.00.0.1",
          "127.0.0.1.",
          "0",
          "0.0.0.0",
          "127.255.255.254",
          "[::1]",
          "[::]",
          "[0:0:0:0:0:0:0:1]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[::127.0.0.1]",
          "[::ffff:0:127.0.0.1]",
          "[64:ff9b::7f00:1]",
          "[64:ff9b:1::7f00:1]",
          "[2002:7f00:1::]",
          "[fe80::1%25lo]",
          "[fc00::1]",
          "[fd00:ec2::254]",
          "[fec0::1]",
          "[ff02::1]",
          "169.254.169.254",
          "2852039166",
          "0xa9fea9fe",
          "0251.0376.0251.0376",
          "169.254.169.254.",
          "127%2e0%2e0%2e1",
          "%31%32%37.0.0.1",
          "x@127.0.0.1",
          "\uff11\uff12\uff17.0.0.1",
          "\u2460\u2461\u2466.0.0.1",
          "127\u30020\u30020\u30021");

  private PrivateSpellings() {}

  /// All of them, and those of one entrance.
  public static Stream<String> and(String... more) {
    return Stream.concat(ALL.stream(), Stream.of(more));
  }
}
