package dev.drover.testing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/// Ways to write a host so that it leads, for one parser or another, to an address that is not
/// public: this machine, its networks, the metadata servers of clouds.
public final class PrivateSpellings {
  /// Hosts that are refused without a lookup, or are no part of a URL at all.
  private static final List<String> FORMS =
      List.of(
          // IPv4, and what parsers make of it
          "127.0.0.1",
          "127.1",
          "127.0.1",
          "2130706433",
          "6425673729",
          "0x7f000001",
          "0X7F000001",
          "0x17f000001",
          "0x7f.0.0.1",
          "0x7F.0x0.0x0.0x1",
          "0x7f.1",
          "0177.0.0.1",
          "0177.1",
          "0x7f.0.01",
          "017700000001",
          "00000177.0.0.1",
          "00127.0.0.1",
          "127.00.0.1",
          "127.000.000.001",
          "383.0.0.1",
          "127.0.0.257",
          "127.0.0.1.",
          "127.0.0.1..",
          "2130706433.",
          "0",
          "0.0.0.0",
          "0.0.0.1",
          "127.255.255.254",
          "10.0.0.1",
          "10.1",
          "0xa.1",
          "167772161",
          "172.16.0.1",
          "2886729729",
          "192.168.0.1",
          "192.168.1",
          "0xc0a80001",
          "3232235521",
          "0300.0250.0.1",
          "100.64.0.1",
          "198.18.0.1",
          "224.0.0.1",
          "255.255.255.255",
          // link-local, and the metadata servers of clouds
          "169.254.0.1",
          "169.254.169.254",
          "169.254.169.254.",
          "169.254.43518",
          "2852039166",
          "0xa9fea9fe",
          "0251.0376.0251.0376",
          "169.0xfe.0251.254",
          "169.254.170.2",
          "100.100.100.200",
          "192.0.0.192",
          "168.63.129.16",
          // IPv6
          "[::1]",
          "[::]",
          "[::0001]",
          "[0:0:0:0:0:0:0:1]",
          "[0000:0000:0000:0000:0000:0000:0000:0001]",
          "[::ffff:127.0.0.1]",
          "[::FFFF:127.0.0.1]",
          "[0:0:0:0:0:ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[::ffff:10.0.0.1]",
          "[::ffff:169.254.169.254]",
          "[::ffff:a9fe:a9fe]",
          "[::127.0.0.1]",
          "[::7f00:1]",
          "[::ffff:0:127.0.0.1]",
          "[64:ff9b::7f00:1]",
          "[64:ff9b::127.0.0.1]",
          "[64:ff9b::a9fe:a9fe]",
          "[64:ff9b:1::7f00:1]",
          "[2002:7f00:1::]",
          "[2002:a9fe:a9fe::1]",
          "[2001:0:7f00:1::]",
          "[2001::80ff:fffe]",
          "[fe80::1]",
          "[febf::1]",
          "[fe80::1%lo]",
          "[fe80::1%25lo]",
          "[fe80::1%1]",
          "[::1%1]",
          "[::1%25lo]",
          "[fc00::1]",
          "[fd00::1]",
          "[fd00:ec2::254]",
          "[fd20:ce::254]",
          "[fec0::1]",
          "[ff02::1]",
          "[100::1]",
          // other digits, letters and dots
          "\uff11\uff12\uff17.0.0.1",
          "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
          "\u2460\u2461\u2466.0.0.1",
          "\u00b927.0.0.1",
          "\u0661\u0662\u0667.\u0660.\u0660.\u0661",
          "\ud835\udfcf\ud835\udfd0\ud835\udfd5.\ud835\udfce.\ud835\udfce.\ud835\udfcf",
          "127\u30020\u30020\u30021",
          "127\uff0e0\uff0e0\uff0e1",
          "127\uff610\uff610\uff611",
          "127.0.0.1\u3002",
          "127.0.0.1\u200b",
          "127\u00ad.0.0.1",
          "local\u00adhost",
          "\uff4c\uff4f\uff43\uff41\uff4c\uff48\uff4f\uff53\uff54",
          "\u24db\u24de\u24d2\u24d0\u24db\u24d7\u24de\u24e2\u24e3",
          // escapes
          "127%2e0%2e0%2e1",
          "%31%32%37.0.0.1",
          "%6c%6f%63%61%6c%68%6f%73%74",
          "%5b::1%5d",
          "127.0.0.1%00",
          "127.0.0.1%00.public.example",
          // another part of the URL
          "x@127.0.0.1",
          "@127.0.0.1",
          "public.example@127.0.0.1",
          "public.example:80@127.0.0.1",
          "a@public.example@127.0.0.1",
          "127.0.0.1:80@public.example",
          "public.example@[::1]",
          "127.0.0.1#@public.example",
          "127.0.0.1/@public.example",
          "127.0.0.1?@public.example",
          "127.0.0.1\\@public.example",
          "127.0.0.1\\.public.example",
          "127.0.0.1;public.example",
          "127.0.0.1,public.example",
          "127.0.0.1:80",
          "127.0.0.1:80:80",
          "//127.0.0.1",
          "http:127.0.0.1",
          // characters that some parsers leave out
          "\u0000127.0.0.1",
          "127.0.0.1\0",
          "\t127.0.0.1",
          " 127.0.0.1",
          "127.0.0.1 ",
          "localhost..",
          "");

  /// Names that [#lookUp] knows, in every form that is looked up.
  private static final List<String> NAMES =
      List.of(
          "localhost",
          "LOCALHOST",
          "LocalHost.",
          "localhost.",
          "localhost.localdomain",
          "ip6-localhost",
          "a.localhost",
          "loopback.example",
          "LOOPBACK.example.",
          "127.0.0.1.example",
          "0x7f000001.example",
          "zero.example",
          "private.example",
          "link-local.example",
          "metadata.example",
          "six.example",
          "link-local-six.example",
          "unique-local.example",
          "mapped.example",
          "translated.example",
          "six-to-four.example",
          "mixed.example",
          "mixed-first.example",
          "mixed-six.example");

  private PrivateSpellings() {}

  /// Those that are refused by their form, and others.
  public static Stream<String> and(String... more) {
    return Stream.concat(FORMS.stream(), Stream.of(more));
  }

  /// All of them, and names whose addresses [#lookUp] knows.
  public static List<String> all() {
    return and(NAMES.toArray(String[]::new)).toList();
  }

  /// A resolver that knows the names, each in its plain form.
  public static InetAddress[] lookUp(String host) throws UnknownHostException {
    return switch (host) {
      case "localhost",
          "localhost.localdomain",
          "a.localhost",
          "loopback.example",
          "127.0.0.1.example",
          "0x7f000001.example" ->
          addresses("127.0.0.1");
      case "ip6-localhost", "six.example" -> addresses("::1");
      case "zero.example" -> addresses("0.0.0.0");
      case "private.example" -> addresses("10.1.2.3");
      case "link-local.example" -> addresses("169.254.1.1");
      case "metadata.example" -> addresses("169.254.169.254");
      case "link-local-six.example" -> addresses("fe80::1");
      case "unique-local.example" -> addresses("fd12:3456::1");
      case "mapped.example" -> addresses("::ffff:127.0.0.1");
      case "translated.example" -> addresses("64:ff9b::7f00:1");
      case "six-to-four.example" -> addresses("2002:7f00:1::");
      case "mixed.example" -> addresses("93.184.215.14", "127.0.0.1");
      case "mixed-first.example" -> addresses("127.0.0.1", "93.184.215.14");
      case "mixed-six.example" -> addresses("93.184.215.14", "::1");
      default -> throw new UnknownHostException(host);
    };
  }

  private static InetAddress[] addresses(String... texts) {
    return Stream.of(texts).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
  }
}
