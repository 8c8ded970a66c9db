package dev.drover.settings;

import java.util.regex.Pattern;

/// The environment variables that Kubernetes and Docker add to a container for a service named
/// `drover`. They begin with the prefix of the settings, but are not settings.
final class ServiceLinks {
  private static final Pattern ADDRESS =
      Pattern.compile(
          "DROVER_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");
  private static final Pattern PORT = Pattern.compile("DROVER_([A-Z0-9_]+_)?PORT");
  private static final Pattern URL = Pattern.compile("(tcp|udp|sctp)://.*");

  private ServiceLinks() {}

  static boolean isOne(String name, String value) {
    return ADDRESS.matcher(name).matches()
        || (PORT.matcher(name).matches() && URL.matcher(value).matches());
  }
}
