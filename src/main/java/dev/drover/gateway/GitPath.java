package dev.drover.gateway;

import dev.drover.session.RepositoryUrl;
import dev.drover.session.SessionResource.Repository;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What git in a sandbox asks for at the proxy port. Git is configured there to use
/// `http://127.0.0.1:3128/_git/ID` in place of what begins with the URL of the repository with that
/// id. The targets of requests are compared as they are: none is decoded or normalized.
sealed interface GitPath {
  /// The beginning of every target that is meant.
  String ROOT = "/_git";

  /// One of the requests of git's protocol, for a repository of the session.
  ///
  /// @param path of the request, below the repository
  record Service(Repository repository, String path) implements GitPath {
    boolean isPush() {
      return path.equals("/git-receive-pack");
    }

    /// Whether the answer lists what the repository has.
    boolean isAdvertisement() {
      return READ.contains(path);
    }

    /// The type of the content of an answer. Git takes an answer of another type to this request
    /// for a list of files of an older protocol, and a page in HTML for an empty repository.
    String contentType() {
      var service = path.substring(path.indexOf("git-"));
      return "application/x-" + service + (WRITTEN.contains(path) ? "-result" : "-advertisement");
    }
  }

  /// Another repository, whose URL begins with that of a repository of the session, since git
  /// compares only that: `https://host/owner/app-tools` where the session has
  /// `https://host/owner/app`.
  ///
  /// @param url where git has to go instead, without the token
  record Neighbour(String url) implements GitPath {}

  /// A request of Git LFS, which keeps large files beside the repository. None is forwarded.
  record LargeFiles(Repository repository) implements GitPath {}

  Set<String> READ =
      Set.of("/info/refs?service=git-upload-pack", "/info/refs?service=git-receive-pack");
  Set<String> WRITTEN = Set.of("/git-upload-pack", "/git-receive-pack");

  /// The beginning of the paths of Git LFS.
  String LFS = "/info/lfs/";

  Pattern BESIDE =
      Pattern.compile(
          "[A-Za-z0-9._~+-]*(/(?!\\.)[A-Za-z0-9._~+-]+)*"
              + "/info/refs\\?service=git-(upload|receive)-pack");

  /// Empty if no such request is forwarded.
  static Optional<GitPath> of(List<Repository> repositories, String method, String target) {
    for (var repository : repositories) {
      var base = base(repository);
      if (!target.startsWith(base)) {
        continue;
      }
      var rest = target.substring(base.length());
      var path = rest.startsWith(".git/") ? rest.substring(".git".length()) : rest;
      if ((method.equals("GET") && READ.contains(path))
          || (method.equals("POST") && WRITTEN.contains(path))) {
        return Optional.of(new Service(repository, path));
      }
      if (path.startsWith(LFS)) {
        return Optional.of(new LargeFiles(repository));
      }
      return method.equals("GET") && BESIDE.matcher(rest).matches()
          ? Optional.of(new Neighbour(repository.url().base() + rest))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static String base(Repository repository) {
    return ROOT + "/" + repository.id();
  }

  /// What git in a sandbox reads to use these targets. A URL contains nothing that its syntax would
  /// need to be quoted.
  static String config(List<Repository> repositories) {
    var config = new StringBuilder();
    for (var repository : repositories) {
      config.append("[url \"http://127.0.0.1:3128").append(base(repository)).append("\"]\n");
      config.append("\tinsteadOf = ").append(repository.url().base()).append('\n');
    }
    return config.toString();
  }

  /// The URL of a request to the git server.
  ///
  /// @param suffixed whether the server wants `.git` at the end of the repository's URL
  static String url(RepositoryUrl url, boolean suffixed, String path) {
    return (suffixed ? url.base() + ".git" : url.value()) + path;
  }
}
