package dev.drover.bench;

import dev.drover.base.Json;
import dev.drover.gateway.tls.Authority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The measure of the way out of sandboxes: downloads, connections and clones through the gateway
/// of a server. The floor is the same program outside of the sandbox, without the gateway. Both
/// take turns, and the best round of each counts.
final class EgressMeasure {
  private static final String NAME = "egress";
  private static final double MEGABYTE = 1e6;

  /// The two names of the origins. The session has a secret for the second one only.
  private static final String TUNNELLED = "127.0.0.1";

  private static final String INTERCEPTED = "localhost";

  /// A secret of the session, which the origin with the second name demands. The origin listens on
  /// loopback only, for the duration of the measure.
  private static final String SECRET = "bench-egress-secret";

  private static final String CURL =
      "curl -q -fsS -o /dev/null -w '%{size_download} %{time_total}' ";
  private static final String DIRECT = "--noproxy '*' ";
  private static final String GATEWAY = "-x http://127.0.0.1:3128 --noproxy '' ";

  /// The certificate of the origins' authority. A download that is not tunnelled fails with it.
  private static final String FILE = "origin.pem";

  private static final String TRUSTED = "--cacert " + FILE + " ";

  /// The size of each response when many connections are open, in bytes.
  private static final int SMALL = 2_000_000;

  private static final String PROGRAMS =
      "command -v curl > /dev/null && command -v git > /dev/null && echo yes || echo no";

  private EgressMeasure() {}

  /// Runs a command and returns its output.
  private interface Bash {
    String run(String command) throws IOException, InterruptedException;
  }

  /// A way to download, and its rates in MB/s.
  private record Way(Bash bash, String options, List<Double> rates) {
    static Way of(Bash bash, String options) {
      return new Way(bash, options, new ArrayList<>());
    }

    double best() {
      return Collections.max(rates);
    }
  }

  static List<Figure> take(Run run) throws IOException, InterruptedException {
    var directory = Files.createDirectories(run.directory("egress-here"));
    var here = new LocalBash(directory, BenchGitServer.client());
    if (here.run(PROGRAMS).equals("no")) {
      run.leaveOut("egress was skipped: curl or git is not installed.");
      return List.of();
    }
    var clock = InstantSource.system();
    var random = new Random(1);
    var authority = new Authority(Authority.make(clock, random), clock, random);
    var certificate = directory.resolve(FILE);
    Files.writeString(certificate, authority.certificate());
    var settings =
        Map.of(
            "DROVER_NETWORK_PRIVATE",
            "[" + TUNNELLED + ", " + INTERCEPTED + "]",
            "DROVER_NETWORK_CA_FILE",
            certificate.toString());
    var figures = new ArrayList<Figure>();
    try (var drover = run.drover("egress", settings)) {
      figures.addAll(downloads(run, drover, here::run, authority));
      figures.add(clones(run, drover, here::run));
    }
    return figures;
  }

  private static List<Figure> downloads(Run run, Subject drover, Bash here, Authority authority)
      throws IOException, InterruptedException {
    var session = drover.session(Json.obj("vault_ids", List.of(vault(drover))));
    try (var plain = DownloadOrigin.plain();
        var tls = DownloadOrigin.encrypted(authority, TUNNELLED, "");
        var closed = DownloadOrigin.encrypted(authority, INTERCEPTED, SECRET);
        var client = BenchClient.open(drover, session)) {
      run.model().take(client.turn("text").key());
      if (!uses(drover).isEmpty()) {
        throw new IOException("a turn without a tool call used a sandbox: " + uses(drover));
      }
      Bash inside = command -> client.bash(run.model(), command);
      inside.run("printf '%s' '" + authority.certificate() + "' > " + FILE + " && echo written");
      var direct = Way.of(here, DIRECT + plain.url());
      var directTls = Way.of(here, DIRECT + TRUSTED + tls.url());
      var http = Way.of(inside, GATEWAY + plain.url());
      var tunnelled = Way.of(inside, GATEWAY + TRUSTED + tls.url());
      var intercepted = Way.of(inside, GATEWAY + "-H \"x-token: $BENCH_TOKEN\" " + closed.url());
      for (int i = -warmUps(run); i < run.size().transfers().rounds(); i++) {
        for (var way : List.of(direct, http, directTls, tunnelled, intercepted)) {
          double rate = rate(run, way);
          if (i >= 0) {
            way.rates().add(rate);
          }
        }
      }
      var figures =
          List.of(
              figure(run, "http", http, direct, new Target.AtLeast(400)),
              figure(run, "https, tunnelled", tunnelled, directTls, new Target.FloorShare(0.5)),
              figure(run, "https, intercepted", intercepted, directTls, new Target.FloorShare(0.2)),
              connections(run, plain, inside));
      if (uses(drover).size() < 2) {
        throw new IOException("the metrics of a server do not count sandboxes and connections");
      }
      return figures;
    }
  }

  /// A vault with a secret for one of the names.
  private static String vault(Subject drover) throws IOException {
    var vault =
        Subject.id(
            Http.post(drover.url(), "/v1/vaults", Json.obj("display_name", "Bench of egress")));
    Http.post(
        drover.url(),
        "/v1/vaults/" + vault + "/credentials",
        Json.obj(
            "auth",
            Json.obj(
                "type",
                "environment_variable",
                "secret_name",
                "BENCH_TOKEN",
                "secret_value",
                SECRET,
                "networking",
                Json.obj("type", "limited", "allowed_hosts", List.of(INTERCEPTED)))));
    return vault;
  }

  /// The metrics of a server that has made a sandbox, or served a connection of one.
  private static List<String> uses(Subject drover) throws IOException {
    return new String(Http.get(drover.url(), "/metrics"), StandardCharsets.UTF_8)
        .lines()
        .filter(
            line ->
                line.startsWith("drover_hands_provisioned_total{")
                    || line.startsWith("drover_egress_connections_total{"))
        .toList();
  }

  private static int warmUps(Run run) {
    return Math.min(1, run.size().warmUps());
  }

  private static double rate(Run run, Way way) throws IOException, InterruptedException {
    long bytes = run.size().transfers().megabytes() * 1_000_000L;
    var output = way.bash().run(CURL + way.options() + bytes);
    var parts = output.split(" ", -1);
    if (parts.length != 2 || !parts[0].equals(Long.toString(bytes))) {
      throw new IOException("a download was not complete: " + output);
    }
    return (double) bytes / Double.parseDouble(parts[1]) / MEGABYTE;
  }

  private static Figure figure(Run run, String how, Way way, Way floor, Target target) {
    var name = "download of " + run.size().transfers().megabytes() + " MB, " + how;
    return Figure.of(NAME, name, "MB/s", way.best(), floor.best(), target);
  }

  /// The number of connections that got their responses, of those that were open at the same time.
  private static Figure connections(Run run, DownloadOrigin origin, Bash inside)
      throws IOException, InterruptedException {
    int many = run.size().transfers().connections();
    var url = origin.together(many) + "[1-" + many + "]/" + SMALL;
    var complete =
        inside.run(
            "curl -q -sS -Z --parallel-immediate --parallel-max "
                + many
                + " "
                + GATEWAY
                + "-o /dev/null -w '%{http_code} %{size_download}\\n' '"
                + url
                + "' 2> /dev/null | grep -c '^200 "
                + SMALL
                + "$' || true");
    return Figure.of(
        NAME,
        "connections at the same time without an error",
        "of " + many,
        Integer.parseInt(complete),
        new Target.AtLeast(many));
  }

  private static Figure clones(Run run, Subject drover, Bash here)
      throws IOException, InterruptedException {
    int megabytes = run.size().transfers().repository();
    var direct = new ArrayList<Double>();
    var ours = new ArrayList<Double>();
    try (var git = BenchGitServer.start(run.directory("egress-git"), megabytes)) {
      var repository =
          Json.obj(
              "type",
              "github_repository",
              "url",
              git.url(),
              "authorization_token",
              BenchGitServer.TOKEN);
      var session = drover.session(Json.obj("resources", List.of(repository)));
      try (var client = BenchClient.open(drover, session)) {
        Bash inside = command -> client.bash(run.model(), command);
        for (int i = -warmUps(run); i < run.size().transfers().rounds(); i++) {
          double floor = cloneSeconds(here, git);
          double seconds = cloneSeconds(inside, git);
          if (i >= 0) {
            direct.add(floor);
            ours.add(seconds);
          }
        }
      }
    }
    return Figure.of(
        NAME,
        "clone of " + megabytes + " MB",
        "s",
        Collections.min(ours),
        Collections.min(direct),
        new Target.FloorTimes(1.5));
  }

  private static double cloneSeconds(Bash bash, BenchGitServer git)
      throws IOException, InterruptedException {
    var micros =
        bash.run(
            "start=${EPOCHREALTIME/[^0-9]/}; git clone -q "
                + git.url()
                + " bench-clone && end=${EPOCHREALTIME/[^0-9]/} && rm -rf bench-clone"
                + " && echo $((end - start))");
    return Long.parseLong(micros) / 1e6;
  }
}
